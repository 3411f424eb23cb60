//! The `Person` of the People API: what may be written, what is derived, how it is shown.

pub(crate) mod derive;
pub(crate) mod draft;
pub(crate) mod etag;
pub(crate) mod field;
mod limits;
pub(crate) mod mask;
pub(crate) mod render;
