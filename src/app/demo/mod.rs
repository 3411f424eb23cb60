//! `demo`: the whole product on this machine, step by step, checked at each one.

mod check;
mod client;
mod show;

use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use ::sandbox::{Options, Sandbox, Workspace};
use clap::Args;
use indicatif::{ProgressBar, ProgressStyle};
use serde_json::json;

use super::{App, Imported, Parts, SystemClock, import, own_tokens, runner_settings, sample_workspace, sandbox_google};
use crate::domain::{Clock, Role};
use crate::google::Budgets;
use crate::{graphql, http};
use check::Checks;
use client::Client;
use show::{heading, print};

type Failure = Box<dyn std::error::Error + Send + Sync>;

/// Source of the job.
const SOURCE: &str = "desk@corp.example";
/// Its group.
const GROUP: &str = "Suppliers";
/// Who receives it.
const DESTINATIONS: [&str; 3] = ["ann@corp.example", "bob@corp.example", "carol@corp.example"];
/// The one who edits, adds and is removed.
const ANN: &str = DESTINATIONS[0];
/// The one who has a group of the same name already.
const BOB: &str = DESTINATIONS[1];
/// Group of an address book that is given.
const GIVEN: &str = "Address book";
/// How long the token is valid.
const TOKEN: Duration = Duration::from_secs(12 * 3_600);

/// Settings of `demo`.
#[derive(Debug, Clone, Args)]
pub struct DemoArgs {
    /// Address book to sync in place of the example's: vCard 2.1, 3.0, 4.0 or Google's CSV export.
    #[arg(long)]
    address_book: Option<PathBuf>,
    /// Go on serving afterwards, to look around in GraphiQL.
    #[arg(long)]
    keep: bool,
    /// Address and port to listen on; port 0 takes any free one.
    #[arg(long, env = "CONTACT_SYNC_LISTEN", default_value = "127.0.0.1:0")]
    listen: SocketAddr,
}

/// Runs the demonstration.
///
/// # Errors
/// When a step fails or a rule did not hold.
pub async fn demo(args: DemoArgs) -> Result<(), Failure> {
    let sandbox = Sandbox::start(Options::default(), Workspace::sample()).await?;
    sample_workspace(&sandbox)?;
    let group = match &args.address_book {
        None => GROUP,
        Some(file) => {
            let bytes = std::fs::read(file).map_err(|error| format!("cannot read {}: {error}", file.display()))?;
            let name = file.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
            let bar = ProgressBar::new_spinner();
            bar.set_style(ProgressStyle::with_template("  {spinner} {human_pos} contacts imported")?);
            let imported =
                import(&sandbox, SOURCE, Some(GIVEN), &[(name, bytes)], |count| bar.set_position(count as u64))?;
            bar.finish_and_clear();
            imported.iter().for_each(show::left_out);
            check::leave_out_full(&sandbox, SOURCE, GIVEN)?;
            GIVEN
        }
    };
    sandbox.create_group(BOB, group)?; // his own; it must be left alone
    let folder = std::env::temp_dir().join(format!("contact-sync-demo-{}", uuid::Uuid::new_v4().simple()));
    std::fs::create_dir_all(&folder)?;
    let clock: Arc<dyn Clock> = Arc::new(SystemClock);
    let tokens = own_tokens(super::secret(None, &folder)?, http::Rules::default(), Arc::clone(&clock));
    let token = tokens.mint(&*clock, Role::Admin, None, TOKEN).await?;
    let google = sandbox_google(&sandbox, Budgets::unlimited(), Duration::from_secs(60), Arc::clone(&clock))?;
    let parts = Parts {
        listen: args.listen,
        database_url: format!("sqlite://{}", folder.join("demo.sqlite").display()),
        google,
        is_sandbox: true,
        auth: tokens.auth,
        time_zone: chrono_tz::Tz::UTC,
        clock,
        runner: runner_settings(),
        help: None,
        limits: graphql::Limits::default(),
        documents: None,
        doors: http::Doors::default(),
    };
    let app = App::start(parts, true).await?;
    print(&format!("Server and sandbox Workspace are running. GraphiQL: {}/", app.url()));
    let told = tell(&app, &sandbox, &token, group).await;
    if told.is_ok() && args.keep {
        print(&format!("\nServing on. GraphiQL: {}/  Token: {token}\nStop with Ctrl-C.", app.url()));
        let _ = tokio::signal::ctrl_c().await;
    }
    app.stop().await;
    sandbox.stop().await;
    let _ = std::fs::remove_dir_all(&folder); // a leftover in the temporary directory does no harm
    told
}

async fn tell(app: &App, sandbox: &Sandbox, token: &str, group: &str) -> Result<(), Failure> {
    let client = Client::new(&app.url(), token);
    let mut checks = Checks::new(sandbox, SOURCE, group, &DESTINATIONS)?;

    heading("1. One mutation creates a job; its first sync starts at once");
    let input = json!({
        "sourceUserEmail": SOURCE, "sourceGroup": { "name": group }, "destinationEmails": DESTINATIONS,
    });
    let created = client.mutate("createJob", "CreateJobInput", "job { id gSyncNumber } run { id }", input).await?;
    let job = created["job"]["id"].as_str().unwrap_or_default().to_owned();
    client.follow(&created["run"]["id"]).await?;
    show::accounts(sandbox, SOURCE, group, &DESTINATIONS, checks.shown())?;
    checks.in_step("every contact of the source group is in every account, with its gSync tag", &DESTINATIONS)?;
    checks.own_group(BOB)?;

    heading("2. The source changes; a destination user edits one contact and adds another");
    let changed = checks.change_source()?;
    show::changes(SOURCE, &changed);
    let edited = checks.edit_destination(ANN)?;
    show::changes(ANN, &edited);
    let run = client.mutate("runJob", "RunJobInput", "run { id }", json!({ "jobId": job })).await?;
    client.follow(&run["run"]["id"]).await?;
    show::accounts(sandbox, SOURCE, group, &DESTINATIONS, checks.shown())?;
    checks.in_step("changes of the source have arrived, the edit is overwritten", &DESTINATIONS)?;
    checks.addition_kept(ANN)?;

    heading("3. A user is removed from the job");
    let input = json!({ "jobId": job, "emails": [ANN] });
    let removed = client.mutate("removeUsers", "RemoveUsersInput", "run { id }", input).await?;
    client.follow(&removed["run"]["id"]).await?;
    show::accounts(sandbox, SOURCE, group, &DESTINATIONS, checks.shown())?;
    checks.removed(ANN)?;
    checks.in_step("the other accounts are untouched", &DESTINATIONS[1..])?;
    checks.verdict()
}
