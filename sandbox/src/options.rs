//! How a sandbox is started.

use std::{
    net::{Ipv4Addr, SocketAddr},
    path::PathBuf,
    sync::Arc,
    time::Duration,
};

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

/// What a sandbox needs to know before it starts.
#[derive(Clone)]
pub struct Options {
    /// Address to listen on; port 0 takes any free one.
    pub listen: SocketAddr,
    /// File that keeps the Workspace between starts. `None` keeps it in memory.
    pub state: Option<PathBuf>,
    /// Serve `/control/` and keep whole bodies in the ledger.
    pub control: bool,
    /// The clock, before [`crate::Sandbox::advance`] moves it.
    pub clock: Arc<dyn Fn() -> DateTime<Utc> + Send + Sync>,
    /// Request quotas; `None` never answers "quota exceeded".
    pub quotas: Option<Quotas>,
    /// How late writes become visible.
    pub lag: Lag,
    /// Where a suspended or archived user is turned away.
    pub suspended: SuspendedMode,
    /// How long a write takes. Another write to the same account meanwhile is refused with 409 ABORTED; what Google does is
    /// not confirmed. Zero: writes never meet.
    pub write_time: Duration,
    /// Refuse `calendarUrls` in creates and in update masks, as is reported of some accounts.
    pub refuses_calendar_urls: bool,
    /// Answer 503 when the members of a group are asked for, as is reported of large groups.
    pub refuses_group_members: bool,
    /// Contacts of each account that `totalItems` counts and no list shows.
    pub unlisted_contacts: usize,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            listen: SocketAddr::from((Ipv4Addr::LOCALHOST, 0)),
            state: None,
            control: false,
            clock: Arc::new(real_clock),
            quotas: None,
            lag: Lag::default(),
            suspended: SuspendedMode::TokenRefused,
            write_time: Duration::ZERO,
            refuses_calendar_urls: false,
            refuses_group_members: false,
            unlisted_contacts: 0,
        }
    }
}

impl std::fmt::Debug for Options {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Options")
            .field("listen", &self.listen)
            .field("state", &self.state)
            .field("control", &self.control)
            .field("quotas", &self.quotas)
            .field("lag", &self.lag)
            .field("suspended", &self.suspended)
            .field("write_time", &self.write_time)
            .field("refuses_calendar_urls", &self.refuses_calendar_urls)
            .field("refuses_group_members", &self.refuses_group_members)
            .field("unlisted_contacts", &self.unlisted_contacts)
            .finish_non_exhaustive()
    }
}

#[expect(clippy::disallowed_methods, reason = "the one real clock of the sandbox; everything else takes the time")]
fn real_clock() -> DateTime<Utc> {
    Utc::now()
}

/// Limits of requests: units per minute and user unless said otherwise.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub struct Quotas {
    /// Reads of contacts; creates and updates cost these too.
    pub critical_reads: u32,
    /// Creates and updates of contacts.
    pub critical_writes: u32,
    /// Reads of contact groups.
    pub group_reads: u32,
    /// Deletes of contacts and writes of groups.
    pub writes: u32,
    /// Creates and updates of contacts per project and day.
    pub daily_contact_writes: u32,
    /// Directory API requests.
    pub directory_per_minute: u32,
}

impl Default for Quotas {
    fn default() -> Self {
        Self {
            critical_reads: 90,
            critical_writes: 90,
            group_reads: 120,
            writes: 90,
            daily_contact_writes: 100_000,
            directory_per_minute: 2_400,
        }
    }
}

/// How long writes stay unseen. All zero by default.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Lag {
    /// A change of a contact or group is invisible to reads with a sync token for so long.
    #[serde(rename = "syncMs", with = "millis")]
    pub sync: Duration,
    /// A contact that was created or changed is in no list without a sync token for so long.
    #[serde(rename = "listMs", with = "millis")]
    pub list: Duration,
    /// `get` and `batchGet` show a changed contact as it was before, etag and all, for so long.
    #[serde(rename = "readMs", with = "millis")]
    pub read: Duration,
    /// A new group cannot be used as a membership for so long.
    #[serde(rename = "newGroupMs", with = "millis")]
    pub new_group: Duration,
    /// The `clientData` of a group reads as absent for so long after it was written.
    #[serde(rename = "groupClientDataMs", with = "millis")]
    pub group_client_data: Duration,
    /// `memberResourceNames` and `memberCount` of a group are so much behind.
    #[serde(rename = "groupMembersMs", with = "millis")]
    pub group_members: Duration,
}

/// What happens when somebody acts as a suspended or archived user. Google's behaviour is reported both ways.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum SuspendedMode {
    /// The token endpoint answers `invalid_grant`.
    #[default]
    TokenRefused,
    /// A token is given out, and the APIs answer 403.
    ForbiddenAtApi,
}

/// How a running sandbox behaves; see [`Options`].
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub struct Settings {
    /// See [`Options::quotas`].
    pub quotas: Option<Quotas>,
    /// See [`Options::lag`].
    pub lag: Lag,
    /// See [`Options::suspended`].
    pub suspended: SuspendedMode,
    /// See [`Options::write_time`].
    #[serde(rename = "writeTimeMs", with = "millis")]
    pub write_time: Duration,
    /// See [`Options::refuses_calendar_urls`].
    pub refuses_calendar_urls: bool,
    /// See [`Options::refuses_group_members`].
    pub refuses_group_members: bool,
    /// See [`Options::unlisted_contacts`].
    pub unlisted_contacts: usize,
}

/// Durations as whole milliseconds.
mod millis {
    use std::time::Duration;

    use serde::{Deserialize, Deserializer, Serializer};

    pub(super) fn serialize<S: Serializer>(duration: &Duration, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_u64(u64::try_from(duration.as_millis()).unwrap_or(u64::MAX))
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Duration, D::Error> {
        u64::deserialize(deserializer).map(Duration::from_millis)
    }
}
