//! From a method id to its handler.

use serde_json::Value;

use super::{Call, Core, auth};
use crate::{account::Account, directory, groups, people, refusal::Refusal};

type Write = fn(&mut Account, &Call<'_>) -> Result<Value, Refusal>;

impl Core {
    pub(super) fn dispatch(&mut self, id: &str, call: &Call<'_>) -> Result<Value, Refusal> {
        if let Some(write) = write(id) {
            let account = self.state.account_by_id_mut(call.user_id).ok_or_else(auth::unauthenticated)?;
            let answer = write(account, call)?;
            account.settle(call.now, call.lags);
            self.touch();
            return Ok(answer);
        }
        let account = self.state.accounts.get(call.user_id).ok_or_else(auth::unauthenticated)?;
        match id {
            "people.people.connections.list" => people::list(account, call, &self.state.secret, &mut self.pages),
            "people.people.get" => people::get(account, call),
            "people.people.getBatchGet" => people::batch_get(account, call),
            "people.contactGroups.list" => groups::list(account, call, &self.state.secret),
            "people.contactGroups.get" => groups::get(account, call),
            "people.contactGroups.batchGet" => groups::batch_get(account, call),
            "directory.users.get" => directory::user(&self.state, call),
            "directory.users.list" => directory::users(&self.state, call),
            "directory.customers.get" => directory::customer(&self.state, call),
            "directory.domains.list" => directory::domains(&self.state, call),
            _ => Err(Refusal::internal()),
        }
    }
}

/// Does the method change something?
pub(super) fn is_write(id: &str) -> bool {
    write(id).is_some()
}

fn write(id: &str) -> Option<Write> {
    Some(match id {
        "people.people.createContact" => people::create,
        "people.people.updateContact" => people::update,
        "people.people.deleteContact" => people::delete,
        "people.people.batchCreateContacts" => people::batch_create,
        "people.people.batchUpdateContacts" => people::batch_update,
        "people.people.batchDeleteContacts" => people::batch_delete,
        "people.contactGroups.create" => groups::create,
        "people.contactGroups.update" => groups::update,
        "people.contactGroups.delete" => groups::delete,
        "people.contactGroups.members.modify" => groups::modify_members,
        _ => return None,
    })
}
