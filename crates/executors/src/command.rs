//! Runs the command of a profile: one process group for each attempt, nothing left behind.

mod clean;
mod directive;
mod environment;
mod json;
mod kept;
mod lines;
mod listener;
mod loose;
mod outcome;
mod process;
mod standing;

use std::time::Duration;

use async_trait::async_trait;
use mission_control::missions::{FailureClass, FailureReport, Kind};
use mission_control::{Done, Executor, Reporter, Work};
use tokio::io::AsyncWriteExt;
use tokio::process::ChildStdin;
use tokio_util::sync::CancellationToken;

use crate::custody::Custody;
use crate::failure::failed;
use crate::profile::{BindError, Profile, ResultRule};
use lines::Lines;
use listener::{Heard, Stream, listen};
use process::{Ending, Pipes, Process};

/// Runs missions of one command profile.
#[derive(Debug)]
pub(crate) struct CommandExecutor {
    profile: Profile,
    custody: Custody,
}

impl CommandExecutor {
    pub(crate) fn new(profile: Profile, custody: Custody) -> Self {
        Self { profile, custody }
    }
}

#[async_trait]
impl Executor for CommandExecutor {
    fn kind(&self) -> &Kind {
        &self.profile.kind
    }

    async fn run(
        &self,
        work: Work,
        reporter: Reporter,
        stop: CancellationToken,
    ) -> Result<Done, FailureReport> {
        let arguments = self.profile.arguments(work.input.as_ref()).await.map_err(unfit)?;
        let start = Process::start(&self.custody, &self.profile, &arguments, &work);
        let Some(started) = stop.run_until_cancelled(start).await else {
            return Err(stopped());
        };
        let (process, pipes) =
            started.map_err(|error| outcome::not_started(&self.profile, &error))?;
        let limit = shorter(work.timeout, self.profile.timeout);
        let conversation =
            Conversation { profile: &self.profile, work: &work, reporter: &reporter, stop: &stop };
        let (ending, heard) = conversation.hold(process, pipes, limit).await;
        let Some((stdout, stderr)) = heard else {
            return Err(stopped());
        };
        outcome::judge(self.profile.result, ending, stdout, stderr)
    }
}

/// What one attempt says to its program and hears from it.
struct Conversation<'a> {
    profile: &'a Profile,
    work: &'a Work,
    reporter: &'a Reporter,
    stop: &'a CancellationToken,
}

impl Conversation<'_> {
    /// Follows the program to its end and its output to the last line.
    ///
    /// Nothing is heard (`None`) when the attempt is stopped, even while the store keeps the
    /// reporter waiting: the end of the process never depends on who listens.
    async fn hold(
        &self,
        mut process: Process,
        pipes: Pipes,
        limit: Option<Duration>,
    ) -> (Ending, Option<(Heard, Heard)>) {
        let over = CancellationToken::new();
        let life = async {
            let ending = process.attend(limit, self.stop).await;
            over.cancel();
            ending
        };
        let keeps_whole = match self.profile.result {
            ResultRule::StdoutJson | ResultRule::Text => true,
            ResultRule::Summary | ResultRule::LastLineJson | ResultRule::None => false,
        };
        let stdout = Lines::new(pipes.stdout, over.clone());
        let stderr = Lines::new(pipes.stderr, over.clone());
        let talk = async {
            let ((), stdout, stderr) = tokio::join!(
                feed(pipes.stdin, &self.work.document, &over),
                listen(stdout, Stream::Stdout, keeps_whole, self.reporter),
                listen(stderr, Stream::Stderr, false, self.reporter),
            );
            (stdout, stderr)
        };
        let stopped = async {
            over.cancelled().await;
            self.stop.cancelled().await;
        };
        let heard = async {
            tokio::select! {
                heard = talk => Some(heard),
                () = stopped => None,
            }
        };
        tokio::join!(life, heard)
    }
}

/// Writes the mission's document, then closes the pipe; a program that does not read it may.
async fn feed(stdin: Option<ChildStdin>, document: &str, over: &CancellationToken) {
    let Some(mut stdin) = stdin else { return };
    let write = stdin.write_all(document.as_bytes());
    if let Some(Err(error)) = over.run_until_cancelled(write).await {
        tracing::debug!(%error, "the program closed its standard input early");
    }
}

fn stopped() -> FailureReport {
    failed(FailureClass::Cancelled, "stopped before it was done")
}

fn unfit(error: BindError) -> FailureReport {
    let class = match &error {
        BindError::NotAnObject
        | BindError::Unknown { .. }
        | BindError::Missing { .. }
        | BindError::Wrong { .. }
        | BindError::LeadingDash { .. } => FailureClass::InvalidInput,
        BindError::Folder { name, folder, source } => {
            let folder = folder.display();
            tracing::warn!(parameter = name, %folder, error = %source, "a folder cannot be read");
            FailureClass::Unknown
        }
    };
    failed(class, &error.to_string())
}

fn shorter(one: Option<Duration>, other: Option<Duration>) -> Option<Duration> {
    one.into_iter().chain(other).min()
}
