//! Methods of the Directory API.

mod company;
mod query;
mod render;
mod users;

pub(crate) use self::{
    company::{customer, domains},
    users::{user, users},
};

use crate::refusal::Refusal;

/// 403 for what belongs to somebody else.
fn foreign() -> Refusal {
    Refusal::directory(403, "forbidden", "Not Authorized to access this resource/api")
}

/// 404 of a resource.
fn not_found(what: &str) -> Refusal {
    Refusal::directory(404, "notFound", format!("Resource Not Found: {what}"))
}
