//! How a sandbox behaves: flags of `sandbox serve`.

use std::time::Duration;

use ::sandbox::{Lag, Quotas, Settings, SuspendedMode};
use clap::{Args, ValueEnum};

/// How the sandbox behaves. All of it can be changed while it runs, by PATCH of `/control/settings`.
#[derive(Debug, Args)]
pub(super) struct Behaviour {
    /// Refuse requests beyond the quotas that Google grants most often.
    #[arg(long)]
    quotas: bool,
    /// Creates and updates of contacts per day; the other quotas then hold too.
    #[arg(long)]
    daily_contact_writes: Option<u32>,
    /// Milliseconds for which a change is invisible to reads with a sync token.
    #[arg(long, default_value_t = 0)]
    sync_lag_ms: u64,
    /// Milliseconds for which a contact that was created or changed is in no list without a sync token.
    #[arg(long, default_value_t = 0)]
    list_lag_ms: u64,
    /// Milliseconds for which a changed contact is read as it was before.
    #[arg(long, default_value_t = 0)]
    read_lag_ms: u64,
    /// Milliseconds for which a new group cannot be used.
    #[arg(long, default_value_t = 0)]
    new_group_lag_ms: u64,
    /// Milliseconds for which the data that programs leave at a group is read as absent.
    #[arg(long, default_value_t = 0)]
    group_data_lag_ms: u64,
    /// Milliseconds by which the members of a group are behind.
    #[arg(long, default_value_t = 0)]
    group_members_lag_ms: u64,
    /// Milliseconds that a write takes; another write to the account meanwhile is refused.
    #[arg(long, default_value_t = 0)]
    write_time_ms: u64,
    /// Refuse calendar addresses of contacts, as is reported of some accounts.
    #[arg(long)]
    refuse_calendar_urls: bool,
    /// Answer 503 when the members of a group are asked for, as is reported of large groups.
    #[arg(long)]
    refuse_group_members: bool,
    /// Contacts of each account that are counted and never listed.
    #[arg(long, default_value_t = 0)]
    unlisted_contacts: usize,
    /// Where suspended users are turned away.
    #[arg(long, value_enum, default_value_t = Suspended::Token)]
    suspended: Suspended,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum Suspended {
    /// The token endpoint knows no such user.
    Token,
    /// The APIs answer 403.
    Api,
}

impl From<&Behaviour> for Settings {
    fn from(flags: &Behaviour) -> Self {
        let usual = Quotas::default();
        let daily = flags.daily_contact_writes;
        let quotas = Quotas { daily_contact_writes: daily.unwrap_or(usual.daily_contact_writes), ..usual };
        Settings {
            quotas: (flags.quotas || daily.is_some()).then_some(quotas),
            lag: Lag {
                sync: Duration::from_millis(flags.sync_lag_ms),
                list: Duration::from_millis(flags.list_lag_ms),
                read: Duration::from_millis(flags.read_lag_ms),
                new_group: Duration::from_millis(flags.new_group_lag_ms),
                group_client_data: Duration::from_millis(flags.group_data_lag_ms),
                group_members: Duration::from_millis(flags.group_members_lag_ms),
            },
            suspended: match flags.suspended {
                Suspended::Token => SuspendedMode::TokenRefused,
                Suspended::Api => SuspendedMode::ForbiddenAtApi,
            },
            write_time: Duration::from_millis(flags.write_time_ms),
            refuses_calendar_urls: flags.refuse_calendar_urls,
            refuses_group_members: flags.refuse_group_members,
            unlisted_contacts: flags.unlisted_contacts,
        }
    }
}

#[cfg(test)]
mod tests {
    use clap::Parser;

    use super::*;

    #[derive(Parser)]
    struct Line {
        #[command(flatten)]
        behaviour: Behaviour,
    }

    fn settings(arguments: &[&str]) -> Settings {
        let line = Line::try_parse_from(std::iter::once("serve").chain(arguments.iter().copied())).unwrap();
        Settings::from(&line.behaviour)
    }

    #[test]
    fn without_flags_nothing_is_in_the_way() {
        assert_eq!(settings(&[]), Settings::default());
    }

    #[test]
    fn each_flag_sets_its_own() {
        assert_eq!(settings(&["--quotas"]).quotas, Some(Quotas::default()));
        let daily = settings(&["--daily-contact-writes", "500"]).quotas.unwrap();
        assert_eq!((daily.daily_contact_writes, daily.writes), (500, Quotas::default().writes));
        let lag = settings(&[
            "--sync-lag-ms",
            "1",
            "--read-lag-ms",
            "2",
            "--new-group-lag-ms",
            "3",
            "--group-data-lag-ms",
            "4",
            "--group-members-lag-ms",
            "5",
            "--list-lag-ms",
            "7",
        ])
        .lag;
        let millis = [lag.sync, lag.read, lag.new_group, lag.group_client_data, lag.group_members, lag.list]
            .map(|one| one.as_millis());
        assert_eq!(millis, [1, 2, 3, 4, 5, 7]);
        assert!(settings(&["--refuse-calendar-urls"]).refuses_calendar_urls);
        assert!(settings(&["--refuse-group-members"]).refuses_group_members);
        assert_eq!(settings(&["--unlisted-contacts", "8"]).unlisted_contacts, 8);
        assert_eq!(settings(&["--suspended", "api"]).suspended, SuspendedMode::ForbiddenAtApi);
        assert_eq!(settings(&["--write-time-ms", "6"]).write_time.as_millis(), 6);
    }
}
