//! Brings one destination into step: read, plan, write, record.

use std::collections::BTreeMap;

use super::attempt::{Attempt, Left};
use super::failure::{Stop, error};
use super::remove::no_group;
use super::there::There;
use crate::domain::{Mirror, RunErrorCode};
use crate::google::Google;
use crate::store::{AccountState, Cursor, KeptGroup};
use crate::sync::{CONTACT_LIMIT, Overflow, Plan, PlanInput, Reading, overflow, plan};

/// How often the account may prove different from what was read before the attempt gives way.
const READINGS: usize = 3;

impl Attempt<'_> {
    /// Brings the destination into step with the source group.
    pub(super) async fn sync(&self) -> Result<Left, Stop> {
        let mirror = self.runner.store.mirror(self.job.id).await?;
        for reading in 0..READINGS {
            self.reset_reading_counts();
            match self.sync_once(&mirror, reading > 0).await {
                Err(Stop::ReadAgain) => {}
                ended => return ended,
            }
        }
        Err(Stop::ReadAgain)
    }

    async fn sync_once(&self, mirror: &Mirror, in_full: bool) -> Result<Left, Stop> {
        let state = self.settled_state().await?;
        let changes = if in_full || state.group.is_none() { None } else { self.read_changes(&state).await? };
        let there = self.there(&state).await?;
        if state.group.is_some() && matches!(there, There::Unrecorded { .. }) {
            self.check_user().await?;
        }
        let (mut reading, mut cursor) = match (changes, &there) {
            (Some(changes), There::OnRecord(_)) => changes,
            _ => self.read_all(&state, there.members()).await?,
        };
        self.check_room(mirror, &state, &reading)?;
        let group = self.ensure_group(&state, &there).await?;
        let mut planned = self.plan(mirror, &state, &reading, &group);
        if there.contradicts(&reading, &planned) {
            (reading, cursor) = self.read_all(&state, there.members()).await?;
            self.check_room(mirror, &state, &reading)?;
            planned = self.plan(mirror, &state, &reading, &group);
        }
        self.spare_unseen(mirror, &mut planned).await?;
        self.tally_plan(&planned);
        self.guard_adopted(mirror, &planned)?;
        self.apply(mirror, &group, &planned, &reading).await?;
        // Where records were lost a late list may have hidden copies of which no later change will tell.
        let is_recovered = self.destination.last_success_at.is_none() && !state.links.is_empty();
        let cursor = cursor.filter(|_| !planned.adopts && !is_recovered);
        self.leave_clean(mirror, cursor.as_ref(), &planned).await
    }

    /// Refuses an account that cannot hold what would be created, before anything is written there.
    pub(super) fn check_room(&self, mirror: &Mirror, state: &AccountState, reading: &Reading) -> Result<(), Stop> {
        let known = state.links.len() + state.additions.len();
        let most = mirror.values().filter(|entry| entry.is_present).count();
        if overflow(reading, known, most).is_none() {
            return Ok(()); // there is room for the whole group: no plan is needed to see it
        }
        let group = state.group.clone().unwrap_or_else(no_group);
        let creates = self.plan(mirror, state, reading, &group).creates();
        let Some(Overflow { there, creates }) = overflow(reading, known, creates) else { return Ok(()) };
        Err(Stop::Fail(error(
            RunErrorCode::ContactLimitReached,
            format!(
                "{creates} contacts would have to be created in an account that holds at least {there}; Google allows {CONTACT_LIMIT}, those in the trash included. Nothing was written there. Delete some contacts and empty the trash, or remove the user."
            ),
        )))
    }

    pub(super) fn plan(&self, mirror: &Mirror, state: &AccountState, reading: &Reading, group: &KeptGroup) -> Plan {
        plan(PlanInput {
            job: self.job.number,
            mirror,
            links: &state.links,
            intents: &state.intents,
            reading,
            group: &group.resource,
            my_contacts: self.job.add_to_my_contacts,
            additions: &state.additions,
        })
    }

    /// Counts what the plan leaves alone, and what it deletes.
    pub(super) fn tally_plan(&self, planned: &Plan) {
        self.plan_deletions(planned.deleted().count());
        self.count(|counts| {
            counts.unchanged = i32::try_from(planned.unchanged).unwrap_or(i32::MAX);
            counts.additions = i32::try_from(planned.additions.len()).unwrap_or(i32::MAX);
        });
    }

    /// Contacts of ours that are on no record could not be counted before the run: they are guarded here, and this
    /// destination alone fails.
    pub(super) fn guard_adopted(&self, mirror: &Mirror, planned: &Plan) -> Result<(), Stop> {
        let guard = self.job.guard.unwrap_or(self.runner.settings.guard);
        let deletions = planned.unrecorded_deletions();
        let is_source_empty = !mirror.values().any(|entry| entry.is_present);
        let is_waived = self.job.guard.is_some_and(|guard| guard.is_off());
        let why = if is_source_empty && !planned.unseen.is_empty() && !is_waived {
            "and the source group is empty. Nothing was deleted. If they are to go, remove this user, or an ADMIN may set both limits of the job's own guard to null for the next run.".to_owned()
        } else if guard.is_exceeded(deletions, planned.synced()) {
            format!(
                "more than the deletion guard allows ({guard}). Nothing was deleted. An ADMIN may raise the job's guard for the next run."
            )
        } else {
            return Ok(());
        };
        let what = format!("{deletions} contacts of an earlier sync would have to be deleted here");
        Err(Stop::Fail(error(RunErrorCode::DeletionGuard, format!("{what}, {why}"))))
    }

    async fn leave_clean(&self, mirror: &Mirror, cursor: Option<&Cursor>, planned: &Plan) -> Result<Left, Stop> {
        let refused = usize::try_from(self.counts().failed).unwrap_or(0);
        let synced = mirror.values().filter(|entry| entry.is_present).count().saturating_sub(refused);
        self.record(async |tx| {
            let parameters = Google::read_parameters_hash();
            tx.mark_clean(self.destination.id, cursor, &parameters, &planned.additions, synced).await
        })
        .await?;
        Ok(if refused == 0 { Left::InStep } else { Left::WithRefusals })
    }

    /// A mirror of nothing: with it, the plan takes away everything of ours.
    pub(super) fn plan_removal(&self, state: &AccountState, reading: &Reading, group: &KeptGroup) -> Plan {
        self.plan(&BTreeMap::new(), state, reading, group)
    }
}
