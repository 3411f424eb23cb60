//! Methods of the People API that read and write contacts.

mod batch;
mod batch_write;
mod checks;
mod get;
mod list;
mod write;

pub(crate) use self::{
    batch::{batch_delete, batch_get},
    batch_write::{batch_create, batch_update},
    checks::is_fresh,
    get::get,
    list::list,
    write::{create, delete, update},
};
