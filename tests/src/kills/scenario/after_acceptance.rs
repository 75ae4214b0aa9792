//! The server is killed between a 201 and the start of the mission.

use anyhow::Result;
use rand::RngExt;

use super::super::arena::{Arena, Engine, Worker};
use super::super::writers::Writers;
use super::{Figures, Size, chance, conclude};

/// The most missions of a round: what the writers make in half a second.
const MOST_ACCEPTED: usize = 20;

/// Kills a server without a worker right after it has accepted a mission, so that nobody can have
/// begun it; then, the mission done, a server whose worker is in full swing, right after it has
/// accepted another one.
///
/// # Errors
/// When the run itself cannot go on; what does not hold is among the figures.
pub async fn run(engine: Engine, size: Size) -> Result<Figures> {
    let mut arena = Arena::open(engine, Worker::Outside).await?;
    let mut writers = Writers::start(size.writers, &arena.admins());
    let (mut figures, mut accepted, mut chance) = (Figures::default(), Vec::new(), chance(size));
    let mut last_words = Vec::new();
    for _ in 0..size.rounds {
        accepted.extend(writers.so_far());
        for _ in 0..chance.random_range(0..MOST_ACCEPTED) {
            accepted.push(writers.next().await?);
        }
        let last = writers.next().await?;
        figures.restarted(arena.kill_server_for(Worker::Inside).await?);
        if let Err(error) = arena.mission(&last.id).await {
            figures.violate(format!("accepted right before a kill, then not there: {error:#}"));
        }
        arena.completed(&last.id).await;
        last_words.push(last.id.clone());
        accepted.push(last);

        accepted.extend(writers.so_far());
        accepted.push(writers.next().await?);
        figures.restarted(arena.kill_server_for(Worker::Outside).await?);
    }
    let (rest, trouble) = writers.stop().await?;
    accepted.extend(rest);
    figures.note(trouble);
    arena.kill_server_for(Worker::Inside).await?;
    let record = conclude(&arena, accepted, &mut figures).await?;
    figures.unstarted = last_words.iter().filter(|id| record.starts(id) == 1).count();
    Ok(figures)
}
