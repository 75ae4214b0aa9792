//! The agents of the demo.

use std::sync::Arc;
use std::time::Duration;

use mission_control::agents::{AgentName, AgentType};
use mission_control::kernel::{Capabilities, ProjectId, SystemClock, Text};
use mission_control::{Executor, LocalSource, Tally, Worker};
use mission_control_runtime::Shutdown;
use mission_control_transport::metrics::MeasuredExecutor;
use tokio::task::JoinSet;

use super::Backstage;
use super::scenes::{ANALYSIS, EXTRACTION, MONITORING, REVIEW, SCENES};
use super::simulated::Simulated;

/// What a simulated agent is known by, besides its name.
pub(super) const SIMULATED: &str = "simulated";

/// Simulated work is given back at once when the demo ends: nobody would miss what it did.
const GRACE: Duration = Duration::from_secs(1);

/// One agent.
pub(super) struct Agent {
    /// Its name; those of simulated agents begin with `sim-`.
    pub(super) name: &'static str,
    /// What it does.
    pub(super) trade: Trade,
    /// How many missions at a time.
    capacity: u32,
}

/// What an agent does.
#[derive(Clone, Copy)]
pub(super) enum Trade {
    /// Runs real programs on real files, and whatever the operator's own profiles say.
    Real,
    /// Plays the kinds of these scenes.
    Simulated {
        /// Which kinds.
        kinds: &'static [&'static str],
        /// What it can do besides.
        skills: &'static [&'static str],
        /// Of a hundred first attempts, how many it spoils: what its tier comes from.
        mishaps: u8,
    },
}

const fn real(name: &'static str) -> Agent {
    Agent { name, trade: Trade::Real, capacity: 2 }
}

const fn simulated(
    name: &'static str,
    capacity: u32,
    kinds: &'static [&'static str],
    skills: &'static [&'static str],
    mishaps: u8,
) -> Agent {
    Agent { name, trade: Trade::Simulated { kinds, skills, mishaps }, capacity }
}

/// All of them.
pub(super) const CAST: [Agent; 16] = [
    real("archivist"),
    real("clerk"),
    real("notary"),
    real("scribe"),
    simulated("sim-atlas", 2, &[REVIEW], &["rust", "security"], 0),
    simulated("sim-beacon", 1, &[REVIEW], &["typescript"], 4),
    simulated("sim-cobalt", 1, &[REVIEW, ANALYSIS], &["sql"], 40),
    simulated("sim-delta", 2, &[EXTRACTION], &["vision"], 0),
    simulated("sim-ember", 1, &[EXTRACTION], &["vision", "long-context"], 8),
    simulated("sim-fathom", 1, &[EXTRACTION], &[], 25),
    simulated("sim-gale", 2, &[ANALYSIS], &["sql", "charts"], 0),
    simulated("sim-harbor", 1, &[ANALYSIS], &["sql"], 10),
    simulated("sim-iris", 1, &[ANALYSIS, EXTRACTION], &["vision", "charts"], 4),
    simulated("sim-juniper", 3, &[MONITORING], &["on-call"], 0),
    simulated("sim-kepler", 1, &[MONITORING], &["on-call"], 12),
    simulated("sim-lumen", 1, &[MONITORING, REVIEW], &["security"], 4),
];

/// Starts all of them. Under the same names they are the same agents after a restart.
pub(super) fn assemble(
    backstage: &Backstage<'_>,
    project: &ProjectId,
    real: &[Arc<dyn Executor>],
    lease: Duration,
    shutdown: &Shutdown,
) -> JoinSet<Tally> {
    let Backstage { control, metrics, .. } = *backstage;
    let mut agents = JoinSet::new();
    for agent in &CAST {
        let source = Arc::new(LocalSource::new(control.clone(), project.clone()));
        let name = AgentName::parse(agent.name).expect("a literal within its bounds");
        let worker = match agent.trade {
            Trade::Real => Worker::builder(source, real.to_vec(), name, agent.capacity)
                .agent_type(kind_of("command")),
            Trade::Simulated { kinds, skills, mishaps } => Worker::builder(
                source,
                MeasuredExecutor::all(executors(kinds, mishaps), metrics),
                name,
                agent.capacity,
            )
            .agent_type(kind_of(SIMULATED))
            .capabilities(capabilities(skills))
            .grace(GRACE),
        };
        let worker = worker.lease(lease).build();
        agents.spawn(worker.run(shutdown.draining().clone(), shutdown.stopping().clone()));
    }
    agents
}

fn executors(kinds: &[&str], mishaps: u8) -> Vec<Arc<dyn Executor>> {
    let scenes = SCENES.iter().filter(|scene| kinds.contains(&scene.kind));
    let executor = |scene| Simulated::new(scene, mishaps, Arc::new(SystemClock));
    scenes.map(|scene| Arc::new(executor(scene)) as Arc<dyn Executor>).collect()
}

fn kind_of(word: &str) -> AgentType {
    AgentType::parse(word).expect("a literal within its bounds")
}

fn capabilities(skills: &[&str]) -> Capabilities {
    let skills = skills.iter().chain(&[SIMULATED]);
    Capabilities::new(skills.map(|skill| Text::parse(skill).expect("a literal within its bounds")))
        .expect("a handful of skills")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn simulated_agents_say_so_and_every_kind_has_an_agent() {
        for agent in &CAST {
            let simulated = matches!(agent.trade, Trade::Simulated { .. });
            assert_eq!(agent.name.starts_with("sim-"), simulated, "{}", agent.name);
        }
        for scene in &SCENES {
            let plays = |agent: &&Agent| match agent.trade {
                Trade::Real => false,
                Trade::Simulated { kinds, .. } => kinds.contains(&scene.kind),
            };
            assert!(CAST.iter().filter(plays).count() >= 2, "{}", scene.kind);
        }
        let mut names: Vec<_> = CAST.iter().map(|agent| agent.name).collect();
        names.sort_unstable();
        names.dedup();
        assert_eq!(names.len(), CAST.len());
    }

    #[test]
    fn every_cast_member_can_be_put_together() {
        for agent in &CAST {
            if let Trade::Simulated { kinds, skills, mishaps } = agent.trade {
                assert_eq!(executors(kinds, mishaps).len(), kinds.len());
                assert_eq!(capabilities(skills).iter().count(), skills.len() + 1);
            }
        }
    }
}
