//! What requests cost, and when that is too much.

use std::collections::HashMap;

use chrono::{DateTime, NaiveDate, Utc};
use chrono_tz::America::Los_Angeles;
use serde_json::json;

use crate::{Cost, Quotas, refusal::Refusal};

const PROJECT: &str = "100000000001";

/// What a call of a method costs.
pub(crate) fn price(id: &str) -> Cost {
    let none = Cost::default();
    match id {
        "people.people.createContact" | "people.people.updateContact" => {
            Cost { critical_reads: 1, critical_writes: 1, daily_contact_writes: 1, ..none }
        }
        "people.people.batchCreateContacts" | "people.people.batchUpdateContacts" => {
            Cost { critical_reads: 6, critical_writes: 6, daily_contact_writes: 200, ..none }
        }
        "people.people.deleteContact" => Cost { writes: 1, ..none },
        "people.people.batchDeleteContacts" => Cost { writes: 10, ..none },
        "people.people.get" | "people.people.getBatchGet" | "people.people.connections.list" => {
            Cost { critical_reads: 1, ..none }
        }
        "people.contactGroups.get" | "people.contactGroups.list" | "people.contactGroups.batchGet" => {
            Cost { group_reads: 1, ..none }
        }
        _ if id.starts_with("people.contactGroups.") => Cost { writes: 1, ..none },
        _ if id.starts_with("directory.") => Cost { directory: 1, ..none },
        _ => none,
    }
}

/// How Service Control names a quota.
struct Metric {
    title: &'static str,
    metric: &'static str,
    limit: &'static str,
    per: &'static str,
}

const CRITICAL_READS: Metric = Metric {
    title: "Critical read requests (Contact and Profile Reads)",
    metric: "critical_read_requests",
    limit: "CriticalReadsPerMinutePerProjectPerUser",
    per: "per minute per user",
};
const CRITICAL_WRITES: Metric = Metric {
    title: "Critical write requests (Contact and Profile Writes)",
    metric: "critical_write_requests",
    limit: "CriticalWritesPerMinutePerProjectPerUser",
    per: "per minute per user",
};
const GROUP_READS: Metric = Metric {
    title: "Read requests (Contact Group Reads)",
    metric: "read_requests",
    limit: "ReadsPerMinutePerProjectPerUser",
    per: "per minute per user",
};
const WRITES: Metric = Metric {
    title: "Write requests (Contact Deletes and Contact Group Writes)",
    metric: "write_requests",
    limit: "WritesPerMinutePerProjectPerUser",
    per: "per minute per user",
};
const DAILY_WRITES: Metric = Metric {
    title: "Daily Contact Writes (Total)",
    metric: "daily_contact_writes",
    limit: "DailyContactWritesPerDayPerProject",
    per: "per day",
};

impl Metric {
    fn exceeded(&self) -> Refusal {
        let Self { title, metric, limit, per } = self;
        let text = format!(
            "Quota exceeded for quota metric '{title}' and limit '{title} {per}' of service 'people.googleapis.com' for consumer 'project_number:{PROJECT}'."
        );
        Refusal::people(429, "RESOURCE_EXHAUSTED", text).with_info(
            "RATE_LIMIT_EXCEEDED",
            "googleapis.com",
            json!({
                "service": "people.googleapis.com",
                "quota_metric": format!("people.googleapis.com/{metric}"),
                "quota_limit": limit,
                "consumer": format!("projects/{PROJECT}"),
            }),
        )
    }
}

fn directory_exceeded() -> Refusal {
    let refusal = Refusal::directory(403, "quotaExceeded", "Request rate higher than configured.");
    Refusal { directory: Some("usageLimits"), ..refusal }
}

/// The refusal a call of this method would meet first.
pub(crate) fn exceeded(id: &str) -> Refusal {
    let price = price(id);
    if price.directory > 0 {
        return directory_exceeded();
    }
    let metric = match price {
        Cost { critical_writes: 1.., .. } => CRITICAL_WRITES,
        Cost { group_reads: 1.., .. } => GROUP_READS,
        Cost { writes: 1.., .. } => WRITES,
        _ => CRITICAL_READS,
    };
    metric.exceeded()
}

/// The account's own store is exhausted, for hours.
pub(crate) fn backend_exhausted() -> Refusal {
    let mut refusal = Refusal::people(429, "RESOURCE_EXHAUSTED", "Resource has been exhausted (e.g. check quota).");
    refusal.details.push(json!({
        "@type": "type.googleapis.com/google.rpc.QuotaFailure",
        "violations": [{ "subject": "QUOTA_EXCEEDED", "description": "FBS quota limit exceeded" }],
    }));
    refusal
}

/// Units used in the current minute and day; Google's days end at midnight in California.
#[derive(Default)]
pub(crate) struct Meter {
    minute: i64,
    users: HashMap<String, Cost>,
    day: Option<NaiveDate>,
    today: u32,
}

impl Meter {
    /// Charges a call, or refuses it without charging.
    pub(crate) fn charge(
        &mut self,
        quotas: Option<&Quotas>,
        user: &str,
        id: &str,
        price: Cost,
        now: DateTime<Utc>,
    ) -> Result<(), Refusal> {
        let Some(quotas) = quotas else { return Ok(()) };
        let minute = now.timestamp().div_euclid(60);
        if minute != self.minute {
            self.minute = minute;
            self.users.clear();
        }
        let day = now.with_timezone(&Los_Angeles).date_naive();
        if self.day != Some(day) {
            self.day = Some(day);
            self.today = 0;
        }
        let used = self.users.entry(user.to_owned()).or_default();
        let over = |used: u32, price: u32, limit: u32| price > 0 && used.saturating_add(price) > limit;
        if over(used.directory, price.directory, quotas.directory_per_minute) {
            return Err(exceeded(id));
        }
        let checks = [
            (over(used.critical_reads, price.critical_reads, quotas.critical_reads), CRITICAL_READS),
            (over(used.critical_writes, price.critical_writes, quotas.critical_writes), CRITICAL_WRITES),
            (over(used.group_reads, price.group_reads, quotas.group_reads), GROUP_READS),
            (over(used.writes, price.writes, quotas.writes), WRITES),
            (over(self.today, price.daily_contact_writes, quotas.daily_contact_writes), DAILY_WRITES),
        ];
        if let Some((_, metric)) = checks.into_iter().find(|(over, _)| *over) {
            return Err(metric.exceeded());
        }
        used.critical_reads += price.critical_reads;
        used.critical_writes += price.critical_writes;
        used.group_reads += price.group_reads;
        used.writes += price.writes;
        used.directory += price.directory;
        self.today += price.daily_contact_writes;
        Ok(())
    }
}
