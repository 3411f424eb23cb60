//! `Schedule`: when a job runs each day.

use async_graphql::SimpleObject;

use crate::domain;
use crate::graphql::scalars::DateTime;

/// Daily schedule.
#[derive(SimpleObject)]
pub(in crate::graphql) struct Schedule {
    /// Time of day as HH:mm.
    time_of_day: String,
    /// IANA time zone of `timeOfDay`.
    time_zone: &'static str,
    /// Timestamp of the next run. Null while paused.
    next_run_at: Option<DateTime>,
}

impl From<&domain::Job> for Schedule {
    fn from(job: &domain::Job) -> Self {
        Self {
            time_of_day: job.schedule.time_of_day(),
            time_zone: job.schedule.zone(),
            next_run_at: job.next_run_at.map(DateTime),
        }
    }
}
