//! Running the behaviours and naming those that fail.

use std::any::Any;
use std::fmt::Write as _;
use std::sync::Arc;
use std::time::Duration;

use futures::StreamExt as _;
use futures::future::BoxFuture;

use crate::behaviours::BEHAVIOURS;
use crate::stage::Stage;
use crate::subject::Subject;

/// Behaviours that run side by side: enough to fill the waits for a disk.
const AT_ONCE: usize = 4;

/// No behaviour takes this long unless something waits for ever.
const PATIENCE: Duration = Duration::from_secs(180);

/// One thing that every store does.
#[derive(Clone, Copy)]
pub struct Behaviour {
    /// As a sentence, below the name of its subject.
    pub name: &'static str,
    /// Shows it on an empty store, or fails.
    pub(crate) run: fn(Stage) -> BoxFuture<'static, anyhow::Result<()>>,
}

/// Runs every behaviour, each on a fresh store.
///
/// # Errors
/// Every behaviour that the subject does not show, by name and with what was seen.
pub async fn run_all(subject: Arc<dyn Subject>) -> anyhow::Result<()> {
    let failed: Vec<(&'static str, String)> = futures::stream::iter(BEHAVIOURS)
        .map(|behaviour| {
            let subject = Arc::clone(&subject);
            async move { (behaviour.name, show(behaviour, subject).await) }
        })
        .buffer_unordered(AT_ONCE)
        .filter_map(|(name, shown)| async move { Some((name, shown.err()?)) })
        .collect()
        .await;
    if failed.is_empty() {
        return Ok(());
    }
    let mut report = format!("{} of {} behaviours fail:", failed.len(), BEHAVIOURS.len());
    for (name, seen) in &failed {
        write!(report, "\n- {name}: {seen}")?;
    }
    anyhow::bail!(report)
}

/// Runs one behaviour in a task of its own, so that a panic is its failure alone.
async fn show(behaviour: &Behaviour, subject: Arc<dyn Subject>) -> Result<(), String> {
    let run = behaviour.run;
    let task = tokio::spawn(async move { run(Stage::fresh(subject).await?).await });
    let abort = task.abort_handle();
    match tokio::time::timeout(PATIENCE, task).await {
        Ok(Ok(outcome)) => outcome.map_err(|error| format!("{error:?}")),
        Ok(Err(stopped)) => Err(words_of(stopped.into_panic().as_ref())),
        Err(_) => {
            abort.abort();
            Err(format!("not over after {} s", PATIENCE.as_secs()))
        }
    }
}

fn words_of(panic: &(dyn Any + Send)) -> String {
    let text = panic.downcast_ref::<String>().map(String::as_str);
    text.or_else(|| panic.downcast_ref::<&str>().copied()).unwrap_or("a panic").to_owned()
}
