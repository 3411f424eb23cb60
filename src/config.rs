//! All settings: flags of the command line, each also an environment variable `CONTACT_SYNC_…`. Secrets are wrapped.

mod auth;
mod limits;

use std::net::SocketAddr;
use std::path::PathBuf;

use chrono_tz::Tz;
use clap::Args;

pub use auth::AuthArgs;
pub use limits::LimitArgs;

/// Where the database is.
#[derive(Debug, Clone, Args)]
pub struct DatabaseArgs {
    /// Directory for the embedded database, the generated secret and the sandbox.
    #[arg(long, env = "CONTACT_SYNC_DATA_DIR", default_value = "data")]
    pub data_dir: PathBuf,

    /// Database: `sqlite:///path/file.sqlite` or `postgres://user:password@host/database` [default: SQLite in the data
    /// directory].
    #[arg(long, env = "CONTACT_SYNC_DATABASE_URL", hide_env_values = true)]
    pub database_url: Option<String>,
}

impl DatabaseArgs {
    /// The URL to connect to.
    #[must_use]
    pub fn url(&self) -> String {
        let embedded = || format!("sqlite://{}", self.data_dir.join("contact-sync.sqlite").display());
        self.database_url.clone().unwrap_or_else(embedded)
    }
}

/// Settings of Google. Without a key file the server starts a sandbox Workspace in its place.
#[derive(Debug, Clone, Args)]
pub struct GoogleArgs {
    /// Key file of the service account, in Google's JSON format.
    #[arg(long, env = "CONTACT_SYNC_GOOGLE_KEY_FILE", requires = "google_admin")]
    pub google_key_file: Option<PathBuf>,

    /// Address of the administrator as whom the Directory is read.
    #[arg(long, env = "CONTACT_SYNC_GOOGLE_ADMIN", requires = "google_key_file")]
    pub google_admin: Option<String>,

    /// Id of the Workspace customer.
    #[arg(long, env = "CONTACT_SYNC_GOOGLE_CUSTOMER", default_value = "my_customer")]
    pub google_customer: String,

    /// Base URL of the People API.
    #[arg(long, env = "CONTACT_SYNC_GOOGLE_PEOPLE_URL", default_value = "https://people.googleapis.com")]
    pub google_people_url: String,

    /// Base URL of the Directory API.
    #[arg(long, env = "CONTACT_SYNC_GOOGLE_DIRECTORY_URL", default_value = "https://admin.googleapis.com")]
    pub google_directory_url: String,

    /// Reads of contacts per minute that Google grants an account ("critical read requests").
    #[arg(long, env = "CONTACT_SYNC_GOOGLE_CRITICAL_READS", default_value_t = 90, value_parser = per_minute())]
    pub google_critical_reads: u32,

    /// Creates and updates of contacts per minute that Google grants an account ("critical write requests"); a batch takes six.
    #[arg(long, env = "CONTACT_SYNC_GOOGLE_CRITICAL_WRITES", default_value_t = 90, value_parser = per_minute())]
    pub google_critical_writes: u32,

    /// Reads of contact groups per minute that Google grants an account ("read requests").
    #[arg(long, env = "CONTACT_SYNC_GOOGLE_READS", default_value_t = 90, value_parser = per_minute())]
    pub google_reads: u32,

    /// Deletes of contacts and changes of groups per minute that Google grants an account ("write requests"); a batch takes ten.
    #[arg(long, env = "CONTACT_SYNC_GOOGLE_WRITES", default_value_t = 90, value_parser = per_minute())]
    pub google_writes: u32,

    /// Contact writes per day that Google grants the project.
    #[arg(long, env = "CONTACT_SYNC_GOOGLE_DAILY_CONTACT_WRITES", default_value_t = 100_000)]
    pub google_daily_contact_writes: u32,
}

/// With less an account would have to wait for minutes before each batch.
fn per_minute() -> clap::builder::RangedI64ValueParser<u32> {
    clap::value_parser!(u32).range(10..)
}

/// A limit that may be absent: a number, or `none`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limit(pub Option<i32>);

impl std::str::FromStr for Limit {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        if text == "none" {
            return Ok(Self(None));
        }
        let wrong = || format!("'{text}' is no limit; write a number, or none");
        text.parse().ok().filter(|number| *number >= 0).map(|number| Self(Some(number))).ok_or_else(wrong)
    }
}

fn percent(text: &str) -> Result<Limit, String> {
    let limit: Limit = text.parse()?;
    match limit.0 {
        Some(101..) => Err(format!("'{text}' is no percentage; write 0 to 100, or none")),
        _ => Ok(limit),
    }
}

fn origin(text: &str) -> Result<String, String> {
    let is_origin = |url: &url::Url| matches!(url.scheme(), "http" | "https") && url.path() == "/" && url.has_host();
    match url::Url::parse(text).ok().filter(is_origin) {
        Some(_) => Ok(text.to_owned()),
        None => Err(format!("'{text}' is no origin; write a scheme and a host: https://console.example.com")),
    }
}

/// Settings of jobs and of their history.
#[derive(Debug, Clone, Args)]
pub struct JobArgs {
    /// Time zone of jobs that name none.
    #[arg(long, env = "CONTACT_SYNC_TIME_ZONE", default_value = "UTC")]
    pub time_zone: Tz,

    /// Deletions at one destination beyond which a run may be held, for jobs without a guard of their own; or `none`. A run
    /// is held when it exceeds this and --max-deletion-percent.
    #[arg(long, env = "CONTACT_SYNC_MAX_DELETIONS", default_value = "10")]
    pub max_deletions: Limit,

    /// Percent of a destination's synced contacts beyond which a run may be held, for jobs without a guard of their own; or
    /// `none`.
    #[arg(long, env = "CONTACT_SYNC_MAX_DELETION_PERCENT", default_value = "50", value_parser = percent)]
    pub max_deletion_percent: Limit,

    /// Days for which events of runs, names in lists of changes, and activity are kept.
    #[arg(long, env = "CONTACT_SYNC_KEEP_EVENTS", default_value_t = 30, value_parser = clap::value_parser!(u16).range(1..))]
    pub keep_events: u16,

    /// Days for which runs and their results are kept.
    #[arg(long, env = "CONTACT_SYNC_KEEP_RUNS", default_value_t = 400, value_parser = clap::value_parser!(u16).range(1..))]
    pub keep_runs: u16,
}

/// Settings of `serve`.
#[derive(Debug, Clone, Args)]
pub struct ServeArgs {
    /// Address and port to listen on.
    #[arg(long, env = "CONTACT_SYNC_LISTEN", default_value = "127.0.0.1:8080")]
    pub listen: SocketAddr,

    #[command(flatten)]
    #[expect(missing_docs, reason = "documented at the type")]
    pub database: DatabaseArgs,

    #[command(flatten)]
    #[expect(missing_docs, reason = "documented at the type")]
    pub auth: AuthArgs,

    #[command(flatten)]
    #[expect(missing_docs, reason = "documented at the type")]
    pub google: GoogleArgs,

    #[command(flatten)]
    #[expect(missing_docs, reason = "documented at the type")]
    pub jobs: JobArgs,

    #[command(flatten)]
    #[expect(missing_docs, reason = "documented at the type")]
    pub limits: LimitArgs,

    /// Address at which your clients can read `docs/api.md`; errors link to it (`helpUrl`).
    #[arg(long, env = "CONTACT_SYNC_HELP_URL")]
    pub help_url: Option<url::Url>,

    /// Origins of pages that may call the API and open sockets, besides the server's own: `https://console.example.com`.
    /// Comma separated.
    #[arg(long, env = "CONTACT_SYNC_ALLOWED_ORIGINS", value_delimiter = ',', value_parser = origin)]
    pub allowed_origins: Vec<String>,

    /// Reverse proxies of yours in front of the server, each of which appends to `X-Forwarded-For`. The caller's address, as
    /// the audit log shows it, is read there; with 0 it is the peer's.
    #[arg(long, env = "CONTACT_SYNC_TRUSTED_PROXIES", default_value_t = 0)]
    pub trusted_proxies: usize,
}
