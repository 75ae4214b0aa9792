//! What the writer is asked for, and where the answer goes.

use mission_control_kernel::StoreError;
use mission_control_missions::{Request, Verdict};
use tokio::sync::oneshot;

use super::fault::Fault;
use super::writer::Tx;
use crate::batch::{PLAIN_BYTES, bytes_of};

/// When within a transaction a job is carried out. All jobs of a batch are concurrent, so any order
/// is true; this one lets no lease run out behind a flood, and claims see all that has arrived.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub(super) enum Turn {
    /// Heartbeats.
    Renewal,
    /// What is neither of the others.
    Plain,
    /// Requests on missions, folded together.
    Request,
    /// Claims.
    Claim,
}

/// Something for the writer to do, and where its answer goes.
pub(super) enum Job {
    Request(Box<Asked>),
    Task(Turn, Box<dyn Task>),
}

/// A request, its verdict once there is one, and who waits for it.
pub(super) struct Asked {
    pub(super) request: Request,
    pub(super) verdict: Option<Verdict>,
    reply: oneshot::Sender<Result<Verdict, StoreError>>,
}

/// Work of any other kind. It may be carried out again when the transaction has failed.
pub(super) trait Task: Send {
    fn carry_out(&mut self, tx: &mut Tx<'_>) -> Result<(), Fault>;
    fn answer(self: Box<Self>, committed: Result<(), StoreError>);
}

impl Job {
    /// A request on missions.
    pub(super) fn request(
        request: Request,
        reply: oneshot::Sender<Result<Verdict, StoreError>>,
    ) -> Self {
        Self::Request(Box::new(Asked { request, verdict: None, reply }))
    }

    /// Any other work.
    pub(super) fn task<T, F>(
        turn: Turn,
        work: F,
        reply: oneshot::Sender<Result<T, StoreError>>,
    ) -> Self
    where
        T: Send + 'static,
        F: FnMut(&mut Tx<'_>) -> Result<T, Fault> + Send + 'static,
    {
        Self::Task(turn, Box::new(Work { work, found: None, reply }))
    }

    pub(super) const fn turn(&self) -> Turn {
        match self {
            Self::Request(_) => Turn::Request,
            Self::Task(turn, _) => *turn,
        }
    }

    /// Roughly what it writes.
    pub(super) fn bytes(&self) -> usize {
        match self {
            Self::Request(asked) => bytes_of(&asked.request.action),
            Self::Task(..) => PLAIN_BYTES,
        }
    }

    /// Tells whoever waits. That nobody does is no concern of the writer: the work is done.
    pub(super) fn answer(self, committed: Result<(), StoreError>) {
        match self {
            Self::Task(_, task) => task.answer(committed),
            Self::Request(asked) => {
                let Asked { verdict, reply, .. } = *asked;
                let _ = reply.send(committed.and_then(|()| carried_out(verdict)));
            }
        }
    }
}

fn carried_out<T>(found: Option<T>) -> Result<T, StoreError> {
    found.ok_or_else(|| StoreError::Defect("a job was committed without an answer".to_owned()))
}

struct Work<T, F> {
    work: F,
    found: Option<T>,
    reply: oneshot::Sender<Result<T, StoreError>>,
}

impl<T, F> Task for Work<T, F>
where
    T: Send,
    F: FnMut(&mut Tx<'_>) -> Result<T, Fault> + Send,
{
    fn carry_out(&mut self, tx: &mut Tx<'_>) -> Result<(), Fault> {
        self.found = Some((self.work)(tx)?);
        Ok(())
    }

    fn answer(self: Box<Self>, committed: Result<(), StoreError>) {
        let Self { found, reply, .. } = *self;
        let _ = reply.send(committed.and_then(|()| carried_out(found)));
    }
}
