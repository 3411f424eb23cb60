//! `serve`: the server, on Google or on a sandbox.

use std::sync::Arc;
use std::time::Duration;

use ::sandbox::{Options, Sandbox, Workspace};
use tracing::error;

use super::{Failure, print};
use crate::app::{self, App, Parts, SystemClock};
use crate::config::{JobArgs, ServeArgs};
use crate::domain::{Clock, DeletionGuard, Role};
use crate::google::{Budgets, Google};
use crate::runner::{DirectoryError, Settings};
use crate::store::Retention;

/// How long the token that `serve` prints is valid.
const TOKEN: Duration = Duration::from_secs(12 * 3_600);

pub(super) async fn serve(args: ServeArgs) -> Result<(), Failure> {
    let clock: Arc<dyn Clock> = Arc::new(SystemClock);
    app::prepare(&args.database)?;
    let tokens = app::tokens(&args.auth, &args.database.data_dir, Arc::clone(&clock))?;
    let limits = app::limits(&args.limits)?;
    let documents = app::documents(&args.limits)?;
    let (google, sandbox) = match app::google(&args.google, Arc::clone(&clock))? {
        Some(google) => (google, None),
        None => {
            let (google, sandbox) = embedded(&args, Arc::clone(&clock)).await?;
            (google, Some(sandbox))
        }
    };
    let parts = Parts {
        listen: args.listen,
        database_url: args.database.url(),
        google,
        is_sandbox: sandbox.is_some(),
        auth: tokens.auth.clone(),
        time_zone: args.jobs.time_zone,
        clock: Arc::clone(&clock),
        runner: runner(&args.jobs),
        help: args.help_url.clone(),
        limits,
        documents,
        doors: app::doors(&args),
    };
    let app = match App::start(parts, true).await {
        Ok(app) => app,
        Err(error) => {
            if let Some(sandbox) = sandbox {
                sandbox.stop().await; // keeps the accounts that were just made
            }
            return Err(error.into());
        }
    };
    match app.runner.directory().refresh_workspace().await {
        Err(failure @ DirectoryError::OtherWorkspace { .. }) => {
            app.stop().await;
            if let Some(sandbox) = sandbox {
                sandbox.stop().await;
            }
            return Err(failure.into());
        }
        Err(failure) => error!("Nothing can be synced for now: {failure}"), // what is known is served all the same
        Ok(()) => {}
    }
    print(&format!("GraphiQL  {}/", app.url()));
    print(&format!("GraphQL   {}/graphql", app.url()));
    match &sandbox {
        // A token is printed only where nobody but the users of this machine can use it, and nothing but a sandbox is behind.
        Some(_) if args.listen.ip().is_loopback() => {
            print(
                "Workspace sandbox on this machine, with sample users and contacts (no Google credentials are configured)",
            );
            match tokens.mint(&*clock, Role::Admin, None, TOKEN).await {
                Ok(token) => {
                    print("Token     for an ADMIN, valid for 12 hours; paste it into GraphiQL, at the top:");
                    print(&token);
                }
                Err(reason) => print(&format!("Token     none is made: {reason}")),
            }
        }
        Some(_) => print("Workspace sandbox on this machine. Make a token with: contact-sync token --role admin"),
        None => print("Workspace Google's. Make a token with: contact-sync token --role admin --email you@your.domain"),
    }
    stopped().await;
    print("Stopping; work in hand is finished first.");
    app.stop().await;
    if let Some(sandbox) = sandbox {
        sandbox.stop().await;
    }
    Ok(())
}

fn runner(args: &JobArgs) -> Settings {
    let guard =
        DeletionGuard { max_deletions: args.max_deletions.0, max_deletion_percent: args.max_deletion_percent.0 };
    let days = |days: u16| chrono::TimeDelta::days(days.into());
    let retention = Retention { events: days(args.keep_events), runs: days(args.keep_runs) };
    Settings { guard, retention, ..app::runner_settings() }
}

async fn embedded(args: &ServeArgs, clock: Arc<dyn Clock>) -> Result<(Google, Sandbox), Failure> {
    let state = args.database.data_dir.join("sandbox.json");
    let is_new = !state.exists();
    let options = Options { state: Some(state), ..Options::default() };
    let sandbox = Sandbox::start(options, Workspace::sample()).await?;
    if is_new {
        app::sample_workspace(&sandbox)?;
    }
    let google = app::sandbox_google(&sandbox, Budgets::unlimited(), Duration::from_secs(60), clock)?;
    Ok((google, sandbox))
}

/// Completes when the process is asked to stop.
pub(super) async fn stopped() {
    use tokio::signal::unix::{SignalKind, signal};
    let Ok(mut terminate) = signal(SignalKind::terminate()) else {
        let _ = tokio::signal::ctrl_c().await;
        return;
    };
    tokio::select! {
        _ = terminate.recv() => {}
        _ = tokio::signal::ctrl_c() => {}
    }
}
