//! What is asked of a store, and what it answers.

use mission_control_kernel::{MissionId, ProjectId, RunId, Scope};

use crate::actor::Actor;
use crate::bulk::Seen;
use crate::change::AttemptOutcome;
use crate::command::{Command, Refusal};
use crate::mission::Mission;
use crate::new::NewMission;
use crate::run::{NewRun, Run, RunCommand};

/// Something to carry out, whole or not at all.
#[derive(Debug)]
pub enum Action {
    /// Make missions; all of them or none.
    Create(Vec<NewMission>),
    /// Ask something of one mission that `scope` may see.
    Command {
        /// Where the asker may look; elsewhere nothing is found.
        scope: Scope,
        /// Which mission.
        mission: MissionId,
        /// What.
        command: Command,
    },
    /// Ask something of one mission that `scope` may see and that is still as it was seen.
    Selected {
        /// Where the asker may look; elsewhere nothing is found.
        scope: Scope,
        /// Which mission.
        mission: MissionId,
        /// How it was seen; [`Refusal::Changed`] when it is no longer so.
        seen: Seen,
        /// What.
        command: Command,
    },
    /// Make a run and its missions; all of it or nothing.
    Launch {
        /// The run.
        run: NewRun,
        /// Its missions, each after all that it depends on.
        missions: Vec<NewMission>,
    },
    /// Ask something of a whole run that `scope` may see: its row changes, and what it asks of the
    /// run's missions is written down to be done.
    Run {
        /// Where the asker may look; elsewhere nothing is found.
        scope: Scope,
        /// Which run.
        run: RunId,
        /// What.
        command: RunCommand,
    },
    /// Tell a mission whether its run is paused at this very moment.
    Align {
        /// Which run.
        run: RunId,
        /// Whom.
        mission: MissionId,
    },
    /// Tell a mission how one of its dependencies stands at this very moment.
    Settle {
        /// Whom.
        dependant: MissionId,
        /// About which.
        dependency: MissionId,
    },
}

/// An action, and how its answer is remembered.
pub struct Request {
    /// What to do.
    pub action: Action,
    /// Who asks.
    pub by: Actor,
    /// Under which key the answer is kept, so that the same request sent again gets it again.
    pub receipt: Option<Receipt>,
}

/// A key under which an answer is kept, in the same transaction as the effect, of which `T` tells.
pub struct Receipt<T = Outcome> {
    /// Whose.
    pub project: ProjectId,
    /// Who sent it.
    pub principal: String,
    /// The key that they chose.
    pub key: String,
    /// A digest of the whole request: the same key with another one is refused.
    pub request_digest: [u8; 32],
    /// Makes the answer that is kept; the store does not read it. It may be called more than once,
    /// when a transaction has to be tried again.
    pub render: Box<dyn Fn(&T) -> Rendered + Send + Sync>,
}

impl<T: 'static> Receipt<T> {
    /// The same for an effect of which something else tells, from which `T` can be made.
    #[must_use]
    pub fn told_by<U>(self, make: impl Fn(&U) -> T + Send + Sync + 'static) -> Receipt<U> {
        let Self { project, principal, key, request_digest, render } = self;
        let render = Box::new(move |told: &U| render(&make(told)));
        Receipt { project, principal, key, request_digest, render }
    }
}

/// What became of something that is done once under its key.
#[derive(Clone, PartialEq, Debug)]
pub enum Once<T> {
    /// This, now; also where nobody has named a key.
    Now(T),
    /// The same request was carried out before; this is what was answered then.
    Before(Rendered),
    /// Another request has the key; nothing has changed.
    KeyReused,
}

impl<T> Once<T> {
    /// With something else told of it.
    pub fn map<U>(self, make: impl FnOnce(T) -> U) -> Once<U> {
        match self {
            Self::Now(told) => Once::Now(make(told)),
            Self::Before(rendered) => Once::Before(rendered),
            Self::KeyReused => Once::KeyReused,
        }
    }
}

impl<T, E> Once<Result<T, E>> {
    /// The refusal, where it was refused now.
    ///
    /// # Errors
    /// That refusal.
    pub fn transpose(self) -> Result<Once<T>, E> {
        Ok(match self {
            Self::Now(told) => Once::Now(told?),
            Self::Before(rendered) => Once::Before(rendered),
            Self::KeyReused => Once::KeyReused,
        })
    }
}

/// An answer as it was first given.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Rendered {
    /// HTTP status, or whatever the caller counts in.
    pub status: u16,
    /// The bytes of the answer.
    pub body: Vec<u8>,
}

/// An answer that is kept under a key, and of which request.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct KeptAnswer {
    /// The digest that the request came with.
    pub request_digest: Vec<u8>,
    /// What was answered.
    pub rendered: Rendered,
}

/// What an action did.
#[derive(Clone, PartialEq, Debug)]
pub struct Outcome {
    /// The missions after it: those created, in order, or the one that was asked.
    pub missions: Vec<Mission>,
    /// The run after it, where it was made or asked.
    pub run: Option<Run>,
    /// Whether anything changed.
    pub changed: bool,
    /// The end of an attempt that had been told before with the same lease; `missions` shows the
    /// mission as it is now.
    pub repeated: Option<AttemptOutcome>,
}

/// What became of a request.
#[derive(Clone, PartialEq, Debug)]
pub enum Verdict {
    /// It was carried out, durably. With a receipt, `Rendered` is what was kept.
    Done(Outcome, Option<Rendered>),
    /// The same request was carried out before; this is what was answered then.
    Replayed(Rendered),
    /// It was refused; nothing has changed.
    Refused(Refusal),
}
