//! Copies of source contacts that no reading of the source has shown. Where a server has lost its records they may be those of
//! a late list; the source is asked for them by name before they are deleted.

use std::collections::{BTreeMap, BTreeSet};

use tracing::warn;

use super::attempt::Attempt;
use super::contents::source_failed;
use super::failure::Stop;
use crate::domain::{ContactNumber, Mirror, ResourceName};
use crate::google::{GoogleError, Looked};
use crate::sync::Plan;

impl Attempt<'_> {
    /// Takes out of the plan the deletion of what the source still has, or may have. One critical read per two hundred, once
    /// per run.
    pub(super) async fn spare_unseen(&self, mirror: &Mirror, planned: &mut Plan) -> Result<(), Stop> {
        if planned.unseen.is_empty() {
            return Ok(());
        }
        let contents = self.runner.contents.of(self.claimed.run);
        let mut known = contents.unseen.lock().await;
        let unknown = planned.unseen.keys().filter(|number| !known.contains_key(number));
        let unknown: BTreeMap<ResourceName, ContactNumber> =
            unknown.map(|number| (number.resource(), *number)).collect();
        if !unknown.is_empty() {
            let source = self.runner.source_account(self.job).await?;
            let names: Vec<ResourceName> = unknown.keys().cloned().collect();
            let looked = match source.look_up(&names).await {
                Err(GoogleError::Outage(_)) => Vec::new(),
                looked => looked.map_err(|failure| source_failed(failure.into()))?,
            };
            // One that was merged answers to its former name too; then the reading has shown it by its present one.
            let shown: BTreeSet<&ResourceName> = mirror.values().map(|entry| &entry.resource).collect();
            let is_there = |looked: &Looked| match looked {
                Looked::Found(person) => {
                    person.groups.contains(&self.job.source.group) && !shown.contains(&person.resource)
                }
                Looked::Missing => false,
                Looked::Unreadable => true,
            };
            known.extend(looked.iter().filter_map(|(name, looked)| Some((*unknown.get(name)?, is_there(looked)))));
        }
        let spared: BTreeSet<ContactNumber> =
            planned.unseen.keys().copied().filter(|number| known.get(number).copied().unwrap_or(true)).collect();
        if !spared.is_empty() {
            warn!(job.id = %self.job.id, run.id = %self.claimed.run, contacts = spared.len(),
                "the source has contacts that Google's list does not show yet; their copies are left alone");
            planned.spare(&spared);
        }
        Ok(())
    }
}
