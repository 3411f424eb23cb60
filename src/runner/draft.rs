//! A job that does not exist yet, in the form of one that does: a preview walks it like any other.

use crate::domain::{
    Actor, ContactGroupId, DailySchedule, Destination, DestinationId, DestinationStatus, Draft, Job, JobId, JobNumber,
    JobStatus, ResourceName, Source, SourceHealth, SourceHealthStatus, Time, WorkspaceUser,
};

/// The job that `draft` would become. Its id is nobody's: no record is found under it.
pub(super) fn job(draft: &Draft, user: &WorkspaceUser, now: Time) -> Option<Job> {
    let id = JobId::random();
    Some(Job {
        id,
        name: draft.source_group_name.clone(),
        description: String::new(),
        status: JobStatus::Active,
        source: Source {
            user: user.id,
            google_id: user.google_id.clone(),
            email: user.email.clone(),
            group_id: ContactGroupId::random(),
            group: ResourceName::new(draft.source_group.clone()),
            group_name: draft.source_group_name.clone(),
            health: SourceHealth { status: SourceHealthStatus::Ok, since: now, checked_at: now },
        },
        number: JobNumber::from_i64(draft.number)?,
        custom_group_name: draft.custom_group_name.clone(),
        add_to_my_contacts: true,
        guard: None,
        is_relinked: false,
        schedule: DailySchedule::spread(id, chrono_tz::Tz::UTC),
        next_run_at: None,
        version: 0,
        created_at: now,
        created_by: Actor::System,
        updated_at: now,
    })
}

/// The destination that `user` would become.
pub(super) fn destination(job: &Job, user: &WorkspaceUser, now: Time) -> Destination {
    Destination {
        id: DestinationId::random(),
        job: job.id,
        user: user.id,
        google_id: user.google_id.clone(),
        email: user.email.clone(),
        status: DestinationStatus::Pending,
        last_success_at: None,
        consecutive_failures: 0,
        next_attempt_at: None,
        added_at: now,
        added_by: Actor::System,
    }
}
