//! Methods of the People API that read and write contact groups.

mod mask;
mod read;
mod render;
mod write;

pub(crate) use self::{
    read::{batch_get, get, list},
    write::{create, delete, modify_members, update},
};
