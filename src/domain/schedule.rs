//! The daily schedule: which local date a job serves next, and when that slot comes (R2).

use chrono::{Days, LocalResult, NaiveDate, NaiveDateTime, NaiveTime, TimeDelta, TimeZone, Timelike};
use chrono_tz::Tz;
use sha2::{Digest, Sha256};

use super::{JobId, Time};

/// A time of day in a time zone.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct DailySchedule {
    time_of_day: NaiveTime,
    zone: Tz,
}

/// A local date that a job serves once.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Slot {
    /// Local date in the schedule's zone.
    pub date: NaiveDate,
    /// When it falls due.
    pub due: Time,
}

/// Why a schedule was not understood.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ScheduleError {
    /// Not `HH:mm`.
    #[error("'{0}' is not a time of day; write HH:mm, for example 02:30.")]
    TimeOfDay(String),
    /// Not a name of the IANA database.
    #[error("'{0}' is not an IANA time zone; write for example Europe/Vienna.")]
    TimeZone(String),
}

impl DailySchedule {
    /// Reads `HH:mm` and the name of an IANA zone.
    ///
    /// # Errors
    /// Names the part that was not understood.
    pub fn parse(time_of_day: &str, zone: &str) -> Result<Self, ScheduleError> {
        let is_shaped = time_of_day.len() == 5;
        let time = NaiveTime::parse_from_str(time_of_day, "%H:%M").ok().filter(|_| is_shaped);
        Ok(Self {
            time_of_day: time.ok_or_else(|| ScheduleError::TimeOfDay(time_of_day.to_owned()))?,
            zone: zone.parse().map_err(|_| ScheduleError::TimeZone(zone.to_owned()))?,
        })
    }

    /// A minute between 01:00 and 05:00, chosen by the job's id so that jobs spread over the night.
    #[must_use]
    pub fn spread(job: JobId, zone: Tz) -> Self {
        let digest = Sha256::digest(job.uuid().as_bytes());
        let minute = u32::from_be_bytes([digest[0], digest[1], digest[2], digest[3]]) % 240;
        let time_of_day = NaiveTime::from_hms_opt(1 + minute / 60, minute % 60, 0).unwrap_or(NaiveTime::MIN);
        Self { time_of_day, zone }
    }

    /// `HH:mm`.
    #[must_use]
    pub fn time_of_day(&self) -> String {
        format!("{:02}:{:02}", self.time_of_day.hour(), self.time_of_day.minute())
    }

    /// Name of the IANA zone.
    #[must_use]
    pub fn zone(&self) -> &'static str {
        self.zone.name()
    }

    /// Local date of an instant.
    #[must_use]
    pub fn date_of(&self, instant: Time) -> NaiveDate {
        instant.with_timezone(&self.zone).date_naive()
    }

    /// The slot of a local date: in a spring gap the first valid instant after it, in an autumn overlap the earlier.
    #[must_use]
    pub fn slot(&self, date: NaiveDate) -> Slot {
        Slot { date, due: self.instant(date.and_time(self.time_of_day)) }
    }

    /// The slot after `date`.
    #[must_use]
    pub fn slot_after(&self, date: NaiveDate) -> Slot {
        self.slot(date.checked_add_days(Days::new(1)).unwrap_or(NaiveDate::MAX))
    }

    /// The latest slot that has fallen due at `now`.
    #[must_use]
    pub fn latest_due(&self, now: Time) -> Slot {
        let today = self.slot(self.date_of(now));
        if today.due <= now { today } else { self.slot(today.date.pred_opt().unwrap_or(NaiveDate::MIN)) }
    }

    /// The first slot that is still to come at `now` and is not of a date served already: nothing before `now` is made up.
    #[must_use]
    pub fn next_after(&self, now: Time, served: NaiveDate) -> Slot {
        self.slot_after(Ord::max(self.latest_due(now).date, served))
    }

    fn instant(&self, local: NaiveDateTime) -> Time {
        // No gap in the IANA database is longer than a day (Samoa skipped one); a minute is its finest step.
        (0..=24 * 60)
            .find_map(|minutes| match self.zone.from_local_datetime(&(local + TimeDelta::minutes(minutes))) {
                LocalResult::Single(instant) | LocalResult::Ambiguous(instant, _) => Some(instant.to_utc()),
                LocalResult::None => None,
            })
            .unwrap_or_else(|| local.and_utc())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn date(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }

    fn due(schedule: DailySchedule, day: &str) -> String {
        schedule.slot(date(day)).due.to_rfc3339()
    }

    #[test]
    fn r02_spring_gap_takes_the_first_valid_instant_after_it() {
        let schedule = DailySchedule::parse("02:30", "Europe/Vienna").unwrap();
        assert_eq!(due(schedule, "2026-03-28"), "2026-03-28T01:30:00+00:00");
        assert_eq!(due(schedule, "2026-03-29"), "2026-03-29T01:00:00+00:00"); // 03:00 local
    }

    #[test]
    fn r02_autumn_overlap_takes_the_earlier_instant() {
        let schedule = DailySchedule::parse("02:30", "Europe/Vienna").unwrap();
        assert_eq!(due(schedule, "2026-10-25"), "2026-10-25T00:30:00+00:00");
    }

    #[test]
    fn r02_latest_due_is_the_last_slot_that_has_come() {
        let schedule = DailySchedule::parse("02:30", "UTC").unwrap();
        let at = |text: &str| text.parse::<Time>().unwrap();
        assert_eq!(schedule.latest_due(at("2026-05-02T02:29:59Z")).date, date("2026-05-01"));
        assert_eq!(schedule.latest_due(at("2026-05-02T02:30:00Z")).date, date("2026-05-02"));
        assert_eq!(schedule.slot_after(date("2026-05-02")).due, at("2026-05-03T02:30:00Z"));
    }

    #[test]
    fn r02_a_changed_or_resumed_schedule_makes_nothing_up() {
        let schedule = DailySchedule::parse("02:30", "UTC").unwrap();
        let at = |text: &str| text.parse::<Time>().unwrap();
        let next = |now: &str, served: &str| schedule.next_after(at(now), date(served)).date;
        assert_eq!(next("2026-05-02T02:29:00Z", "2026-05-01"), date("2026-05-02"));
        assert_eq!(next("2026-05-02T12:00:00Z", "2026-05-01"), date("2026-05-03"), "today's time is over");
        assert_eq!(next("2026-05-02T01:00:00Z", "2026-05-02"), date("2026-05-03"), "today is served");
        assert_eq!(next("2026-05-20T12:00:00Z", "2026-05-01"), date("2026-05-21"));
    }

    #[test]
    fn r02_default_times_lie_between_one_and_five() {
        for _ in 0..200 {
            let time = DailySchedule::spread(JobId::random(), Tz::UTC).time_of_day();
            assert!(("01:00".."05:00").contains(&time.as_str()), "{time}");
        }
    }

    #[test]
    fn malformed_schedules_are_refused_by_part() {
        for text in ["", "2:30", "24:00", "02:60", "02:30:00", "noon"] {
            assert_eq!(DailySchedule::parse(text, "UTC"), Err(ScheduleError::TimeOfDay(text.into())), "{text}");
        }
        assert!(matches!(DailySchedule::parse("02:30", "Mars/Olympus"), Err(ScheduleError::TimeZone(_))));
    }
}
