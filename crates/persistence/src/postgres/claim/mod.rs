//! Taking missions from the queue: look at the heads of lanes, choose, lock, begin.
//!
//! `look` sees what may be had, without locks; `take` locks the agents and then the missions, and
//! begins them; `limits` counts what runs under a limit; `rooms` knows how many more an agent may
//! take.

mod limits;
mod look;
mod rooms;
mod take;

use std::time::Duration;

use mission_control_kernel::StoreError;
use mission_control_missions::queue::{Claimant, LaneKey, MOST_TAKEN, ROUNDS, choose};
use mission_control_missions::{ClaimRequest, Claims};
use tokio::sync::Mutex;

use super::batch::Stop;
use super::committer::Context;
use super::directory::Directory;
use super::link::{Link, WRITER_SETUP};
use super::write;
use take::Taken;

/// A claim whose transaction was aborted by a lost connection is tried again this often.
const RETRIES: u32 = 2;

/// How long a round waits that found only agents whose rows are locked: a heartbeat or another claim
/// is over by then, mostly.
const AGENTS_BUSY: Duration = Duration::from_millis(5);

/// The one claimer of a process.
pub(super) struct Claimer {
    context: Context,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    link: Option<Link>,
    directory: Directory,
}

impl Claimer {
    pub(super) fn new(context: Context) -> Self {
        Self { context, state: Mutex::new(State::default()) }
    }

    /// Takes missions for the agents of a request.
    pub(super) async fn claim(&self, request: ClaimRequest) -> Result<Claims, StoreError> {
        let mut state = self.state.lock().await;
        let mut retries = 0;
        loop {
            match self.attempt(&mut state, request.clone()).await {
                Ok(claims) => return Ok(claims),
                Err(Stop::Aborted) if retries < RETRIES => {
                    retries += 1;
                    state.link = None;
                }
                // What is claimed stands in its lane, so the lane is there, under another number.
                Err(Stop::LanesGone) if retries < RETRIES => {
                    retries += 1;
                    self.context.lanes.forget();
                }
                Err(Stop::LanesGone) => {
                    return Err(StoreError::Busy("the queue is being tidied up".to_owned()));
                }
                Err(Stop::Refused(error) | Stop::Away(error)) => {
                    // A transaction that may still be open ends with its connection.
                    state.link = None;
                    return Err(error);
                }
                // A claim of which nobody knows whether it happened is one that nobody works on:
                // its leases run out.
                Err(Stop::Aborted | Stop::Unknown) => {
                    state.link = None;
                    return Err(StoreError::OutcomeUnknown);
                }
            }
        }
    }

    async fn attempt(&self, state: &mut State, mut request: ClaimRequest) -> Result<Claims, Stop> {
        if state.link.as_ref().is_none_or(Link::is_closed) {
            let mut link =
                Link::connect(&self.context.config, WRITER_SETUP).await.map_err(Stop::Away)?;
            let statements = [look::STATEMENTS, take::STATEMENTS, write::STATEMENTS].concat();
            link.prepare_all(&statements).await.map_err(Stop::Away)?;
            state.link = Some(link);
        }
        let mut claims = Claims::default();
        for round in 1..=ROUNDS {
            let last = round == ROUNDS || claims.taken.len() >= MOST_TAKEN as usize;
            match self.round(state, &mut request, &mut claims, last).await {
                Ok(Next::Again) => {}
                Ok(Next::Enough) => break,
                // What earlier rounds have taken is committed and must reach its agents, whatever
                // stops this one.
                Err(_) if !claims.taken.is_empty() => {
                    state.link = None;
                    break;
                }
                Err(stop) => return Err(stop),
            }
        }
        claims.taken.sort_by_key(|(claimant, _)| *claimant);
        Ok(claims)
    }

    async fn round(
        &self,
        state: &mut State,
        request: &mut ClaimRequest,
        claims: &mut Claims,
        last: bool,
    ) -> Result<Next, Stop> {
        let State { link: Some(link), directory } = state else {
            return Err(Stop::Away(StoreError::Unavailable("no connection".to_owned())));
        };
        let asking: Vec<Claimant> =
            request.claimants.iter().map(|agent| agent.claimant.clone()).collect();
        let look = look::look(&self.context, link, directory, &asking).await?;
        let (facts, rooms) = (&look.facts, &look.rooms);
        let picks =
            choose(&look.heads, &asking, rooms, facts, &request.turns, look.now, request.ageing);
        let Taken { missions, mut rooms, agents_busy } =
            self.take(link, directory, request, &picks, &look).await?;
        let found_some = !missions.is_empty();
        for (index, mission) in missions {
            let claimant = &mut request.claimants[index].claimant;
            claimant.free = claimant.free.saturating_sub(1);
            rooms.take(claimant.id, 1);
            request.turns.serve(&LaneKey::of(&mission));
            claims.taken.push((index, mission));
        }
        let asking = request.claimants.iter().map(|agent| &agent.claimant);
        let left: Vec<_> = asking.filter(|one| one.free.min(rooms.left(one.id)) > 0).collect();
        claims.next_at = match (left.is_empty(), found_some) {
            (true, _) => None,
            // There may be more at once.
            (false, true) => Some(look.now),
            (false, false) if agents_busy => Some(look.now),
            (false, false) => look::next_at(link, directory, &left, look.now).await?,
        };
        if left.is_empty() || !found_some && picks.is_empty() || last {
            return Ok(Next::Enough);
        }
        if agents_busy && !found_some {
            tokio::time::sleep(AGENTS_BUSY).await;
        }
        Ok(Next::Again)
    }
}

/// Whether to choose anew.
enum Next {
    Again,
    Enough,
}
