//! A process that says what it does, one word and a number on a line.

use std::process::Stdio;

use anyhow::{Context, Result, bail};
use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader};
use tokio::process::{Child as Process, ChildStdin, Command};
use tokio::sync::mpsc;
use tokio::time::timeout;

use super::PATIENCE;

/// Lines that are kept until somebody reads them: what all workers say of one round.
const LINES: usize = 100_000;

/// What a process has said.
pub(super) enum Said {
    /// So many of its missions are done, in all.
    Done(usize, usize),
    /// One has begun so many milliseconds after it was sent.
    Start(f64),
}

/// Processes of one engine; killed when dropped.
pub(super) struct Children {
    children: Vec<(Process, ChildStdin)>,
    said: mpsc::Receiver<Result<Said>>,
    done: Vec<usize>,
}

impl Children {
    /// Starts each of them; they wait until they are told to go.
    pub(super) async fn start(commands: Vec<Command>) -> Result<Self> {
        let (tell, said) = mpsc::channel(LINES);
        let mut children = Vec::new();
        let done = vec![0; commands.len()];
        for (index, mut command) in commands.into_iter().enumerate() {
            command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::inherit());
            let mut child = command.kill_on_drop(true).spawn().context("starting a worker")?;
            let stdin = child.stdin.take().context("its input")?;
            let mut lines = BufReader::new(child.stdout.take().context("its output")?).lines();
            let first = timeout(PATIENCE, lines.next_line()).await.context("a worker hangs")??;
            if first.as_deref().and_then(|line| line.split(' ').next()) != Some("ready") {
                bail!("a worker said {first:?} in place of being ready");
            }
            let tell = tell.clone();
            tokio::spawn(async move {
                while let Ok(Some(line)) = lines.next_line().await {
                    // What is logged: `[core] INFO: …`.
                    if line.starts_with('[') {
                        continue;
                    }
                    if tell.send(parsed(index, &line)).await.is_err() {
                        return;
                    }
                }
            });
            children.push((child, stdin));
        }
        Ok(Self { children, said, done })
    }

    /// Lets all of them go at once.
    pub(super) async fn go(&mut self) -> Result<()> {
        for (_, stdin) in &mut self.children {
            stdin.write_all(b"go\n").await?;
            stdin.flush().await?;
        }
        Ok(())
    }

    /// Waits until they have done so many together.
    pub(super) async fn have_done(&mut self, count: usize) -> Result<()> {
        while self.done.iter().sum::<usize>() < count {
            if let Said::Done(child, done) = self.next().await? {
                self.done[child] = done;
            }
        }
        Ok(())
    }

    /// Waits until so many have begun; the milliseconds of each.
    pub(super) async fn starts(&mut self, count: usize) -> Result<Vec<f64>> {
        let mut starts = Vec::new();
        while starts.len() < count {
            match self.next().await? {
                Said::Start(took) => starts.push(took),
                Said::Done(child, done) => self.done[child] = done,
            }
        }
        Ok(starts)
    }

    async fn next(&mut self) -> Result<Said> {
        let said = timeout(PATIENCE, self.said.recv()).await.context("the workers stand still")?;
        said.context("no worker is left")?
    }
}

fn parsed(child: usize, line: &str) -> Result<Said> {
    match line.split_once(' ') {
        Some(("done", number)) => Ok(Said::Done(child, number.parse()?)),
        Some(("start", number)) => Ok(Said::Start(number.parse()?)),
        _ => bail!("a worker says {line:?}"),
    }
}

/// Runs a process to its end; the error is what it wrote.
pub(super) async fn to_the_end(mut command: Command) -> Result<()> {
    let output = timeout(PATIENCE, command.kill_on_drop(true).output());
    let output = output.await.with_context(|| format!("{command:?} hangs"))??;
    if !output.status.success() {
        let (out, err) = (&output.stdout, &output.stderr);
        bail!("{}{}", String::from_utf8_lossy(out), String::from_utf8_lossy(err));
    }
    Ok(())
}
