//! A user's hands on labels.

use super::{contacts::find, refused};
use crate::{
    Group, HandError, Sandbox,
    account::{Account, SYSTEM, is_system},
    ids,
};

impl Sandbox {
    /// Makes a label and gives its resource name.
    ///
    /// # Errors
    /// There is no such user, or the name is empty or taken.
    pub fn create_group(&self, email: &str, name: &str) -> Result<String, HandError> {
        self.change(|core, now| {
            let id = core.state.account_mut(email)?.create_label(name, Vec::new(), now).map_err(refused)?;
            Ok(ids::group_name(&id))
        })
    }

    /// Gives a label another name.
    ///
    /// # Errors
    /// There is no such user or label, or the name is empty or taken.
    pub fn rename_group(&self, email: &str, resource_name: &str, name: &str) -> Result<(), HandError> {
        self.change(|core, now| {
            let account = core.state.account_mut(email)?;
            let id = label(account, email, resource_name)?;
            account.change_label(&id, Some(name), None, now).map_err(refused)
        })
    }

    /// Deletes a label and keeps its contacts.
    ///
    /// # Errors
    /// There is no such user or label.
    pub fn delete_group(&self, email: &str, resource_name: &str) -> Result<(), HandError> {
        self.change(|core, now| {
            let account = core.state.account_mut(email)?;
            let id = label(account, email, resource_name)?;
            account.delete_label(&id, false, now).map_err(refused)
        })
    }

    /// Puts a contact into a group.
    ///
    /// # Errors
    /// There is no such user, group or contact.
    pub fn add_to_group(&self, email: &str, group: &str, contact: &str) -> Result<(), HandError> {
        self.membership(email, group, contact, true)
    }

    /// Takes a contact out of a group, even its last one.
    ///
    /// # Errors
    /// There is no such user, group or contact.
    pub fn remove_from_group(&self, email: &str, group: &str, contact: &str) -> Result<(), HandError> {
        self.membership(email, group, contact, false)
    }

    fn membership(&self, email: &str, group: &str, contact: &str, member: bool) -> Result<(), HandError> {
        self.change(|core, now| {
            let account = core.state.account_mut(email)?;
            let group_id = ids::parse_group_name(group).filter(|id| account.has_group(id));
            let group_id = group_id.ok_or_else(|| unknown(email, group))?;
            let id = find(account, email, contact)?;
            account.change(id, now, |contact| {
                if member {
                    contact.groups.insert(group_id.to_owned());
                } else {
                    contact.groups.remove(group_id);
                }
            });
            Ok(())
        })
    }

    /// The user's groups, those Google makes first, with their members as they are now.
    ///
    /// # Errors
    /// There is no such user.
    pub fn groups(&self, email: &str) -> Result<Vec<Group>, HandError> {
        self.with(|core, now| {
            let account = core.state.account(email)?;
            let members = |id: &str| {
                let members = account.members(id, now, chrono::TimeDelta::zero());
                members.into_iter().map(ids::contact_name).collect()
            };
            let system = SYSTEM.iter().map(|(id, _)| Group {
                resource_name: ids::group_name(id),
                name: (*id).to_owned(),
                client_data: Vec::new(),
                members: members(id),
                is_system: true,
            });
            let labels = account.labels.values().map(|label| Group {
                resource_name: ids::group_name(&label.id),
                name: label.name.clone(),
                client_data: label.client_data.clone(),
                members: members(&label.id),
                is_system: false,
            });
            Ok(system.chain(labels).collect())
        })
    }
}

fn label(account: &Account, email: &str, resource: &str) -> Result<String, HandError> {
    let id = ids::parse_group_name(resource).filter(|id| !is_system(id) && account.has_group(id));
    id.map(str::to_owned).ok_or_else(|| unknown(email, resource))
}

fn unknown(email: &str, resource: &str) -> HandError {
    HandError::UnknownGroup { user: email.to_owned(), resource: resource.to_owned() }
}
