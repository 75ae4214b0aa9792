//! A program with a keeper: told to end over a socket, and ended when the socket closes.

use std::ffi::OsString;
use std::io;
use std::os::fd::OwnedFd;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::process::ExitStatusExt;
use std::path::Path;
use std::process::{ExitStatus, Stdio};
use std::time::Duration;

use mission_control::Work;
use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader, Lines};
use tokio::net::UnixStream;
use tokio::net::unix::{OwnedReadHalf, OwnedWriteHalf};
use tokio::process::{Child, Command};
use tokio::time::timeout;
use tokio_util::sync::CancellationToken;

use super::environment::{self, Marks};
use super::loose::sweep;
use super::process::{BURIAL, Ending, GRACE, Pipes, StartError, elapsed};
use crate::custody::Custody;
use crate::keeper::words::{Errand, Said, Told};
use crate::keeper::{self, NAME};
use crate::profile::{Profile, StdinRule};

/// How long a keeper may take to start a program; a machine that needs longer runs nothing.
const START_WITHIN: Duration = Duration::from_secs(30);

/// A program whose parent is a keeper.
///
/// Dropping it closes the socket, upon which the keeper kills everything.
#[derive(Debug)]
pub(super) struct Kept {
    keeper: Child,
    orders: OwnedWriteHalf,
    news: Lines<BufReader<OwnedReadHalf>>,
    marks: Marks,
}

impl Kept {
    pub(super) async fn start(
        keeper: &Path,
        custody: &Custody,
        profile: &Profile,
        arguments: &[OsString],
        work: &Work,
    ) -> Result<(Self, Pipes), StartError> {
        let failed = |source| StartError::Keeper { keeper: keeper.to_owned(), source };
        let (ours, theirs) = std::os::unix::net::UnixStream::pair().map_err(failed)?;
        ours.set_nonblocking(true).map_err(failed)?;
        let (news, orders) = UnixStream::from_std(ours).map_err(failed)?.into_split();
        let mut child = {
            // Dropped with its end of the socket, so that the keeper alone holds it.
            let mut command = Command::new(keeper);
            command
                .arg0(NAME)
                .args(keeper::arguments(profile.workdir.as_deref(), profile.program()))
                .args(arguments)
                .env_clear()
                .stdin(OwnedFd::from(theirs))
                .stdout(Stdio::piped())
                .stderr(Stdio::piped());
            command.spawn().map_err(|error| match error.kind() {
                // The fault of what the program would have been given.
                io::ErrorKind::ArgumentListTooLong | io::ErrorKind::InvalidInput => {
                    StartError::Program(error)
                }
                _ => failed(error),
            })?
        };
        let pipes = Pipes::of(&mut child);
        let (news, marks) = (BufReader::new(news).lines(), environment::marks(work));
        let mut kept = Self { keeper: child, orders, news, marks };
        let variables = block(environment::variables(custody, profile, work));
        let document = match profile.stdin {
            StdinRule::None => None,
            StdinRule::Mission => Some(&*work.document),
        };
        let begun = timeout(START_WITHIN, kept.begin(&variables, document)).await;
        match begun.unwrap_or_else(|_| Err(io::ErrorKind::TimedOut.into())).map_err(failed)? {
            Said::Started => Ok((kept, pipes)),
            Said::Refused(number) => Err(StartError::Program(io::Error::from_raw_os_error(number))),
            Said::Ended(_) | Said::Unobserved(_) => Err(failed(io::ErrorKind::InvalidData.into())),
        }
    }

    async fn begin(&mut self, variables: &[u8], document: Option<&str>) -> io::Result<Said> {
        let errand = Errand { variables: variables.len(), document: document.map(str::len) };
        self.orders.write_all(errand.to_string().as_bytes()).await?;
        self.orders.write_all(variables).await?;
        self.orders.write_all(document.unwrap_or_default().as_bytes()).await?;
        self.said().await
    }

    pub(super) async fn attend(
        &mut self,
        limit: Option<Duration>,
        stop: &CancellationToken,
    ) -> Ending {
        let ending = tokio::select! {
            biased;
            said = self.said() => return self.ended(said).await,
            () = stop.cancelled() => Ending::Stopped,
            limit = elapsed(limit) => Ending::TimedOut(limit),
        };
        self.tell(Told::AskToEnd).await;
        if !matches!(timeout(GRACE, self.said()).await, Ok(Ok(Said::Ended(_)))) {
            self.tell(Told::Kill).await;
            match timeout(BURIAL, self.keeper.wait()).await {
                Ok(Ok(status)) if status.success() => {}
                Ok(_) => sweep(self.marks.clone()).await,
                Err(_) => tracing::warn!("a program is still not gone; its keeper is at it"),
            }
        }
        ending
    }

    /// What the last word of the keeper means. Without it somebody has killed the keeper, and what
    /// it kept has to be found by its marks.
    async fn ended(&mut self, said: io::Result<Said>) -> Ending {
        match said {
            Ok(Said::Ended(status)) => return Ending::Exited(ExitStatus::from_raw(status)),
            Ok(Said::Unobserved(number)) => {
                return Ending::Unobserved(io::Error::from_raw_os_error(number));
            }
            Ok(Said::Started | Said::Refused(_)) | Err(_) => {}
        }
        sweep(self.marks.clone()).await;
        Ending::Unobserved(io::Error::other("its keeper was killed"))
    }

    async fn said(&mut self) -> io::Result<Said> {
        let line = self.news.next_line().await?.ok_or(io::ErrorKind::UnexpectedEof)?;
        Said::parse(&line).ok_or_else(|| io::ErrorKind::InvalidData.into())
    }

    /// A keeper that does not hear is gone.
    async fn tell(&mut self, told: Told) {
        let _gone = self.orders.write_all(told.to_string().as_bytes()).await;
    }
}

/// An environment as the keeper reads it. A variable with a zero byte could not be handed on anyway.
fn block(variables: Vec<(OsString, OsString)>) -> Vec<u8> {
    let mut block = Vec::new();
    for (name, value) in variables {
        for part in [name.as_bytes(), b"=", value.as_bytes(), b"\0"] {
            block.extend_from_slice(part);
        }
    }
    block
}
