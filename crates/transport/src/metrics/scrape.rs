//! What is read when somebody asks, and not counted before.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, AtomicU64};

use mission_control::MissionControl;
use mission_control::kernel::Timestamp;
use mission_control::missions::{Priority, Status};
use prometheus_client::encoding::EncodeLabelSet;
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::metrics::info::Info;

use super::bounded::Bounded;
use super::process::Process;
use super::registering::{Registering, Shape};

type Whole = Gauge<i64, AtomicI64>;
type Real = Gauge<f64, AtomicU64>;

#[derive(Clone, PartialEq, Eq, Hash, Debug, EncodeLabelSet)]
struct Of {
    project: Arc<str>,
    status: &'static str,
}

#[derive(Clone, PartialEq, Eq, Hash, Debug, EncodeLabelSet)]
struct OfProject {
    project: Arc<str>,
}

#[derive(Clone, PartialEq, Eq, Hash, Debug, EncodeLabelSet)]
struct OfPriority {
    priority: &'static str,
}

#[derive(Clone, PartialEq, Eq, Hash, Debug, EncodeLabelSet)]
struct Build {
    version: String,
}

/// Gauges that are set by each scrape.
pub(super) struct Readings {
    missions: Family<Of, Whole>,
    held: Family<OfProject, Whole>,
    dead: Family<OfProject, Whole>,
    queue: Family<OfPriority, Whole>,
    position: Whole,
    storage_up: Whole,
    fresh: Whole,
    uptime: Real,
    process: ProcessReadings,
    projects: Bounded,
    started: Timestamp,
}

/// Those that every process has.
#[derive(Default)]
struct ProcessReadings {
    cpu: Counter<f64, AtomicU64>,
    resident: Whole,
    open_fds: Whole,
    max_fds: Whole,
    threads: Whole,
}

impl Readings {
    pub(super) fn register(registering: &mut Registering, build: &str, started: Timestamp) -> Self {
        let readings = Self {
            missions: Family::default(),
            held: Family::default(),
            dead: Family::default(),
            queue: Family::default(),
            position: Whole::default(),
            storage_up: Whole::default(),
            fresh: Whole::default(),
            uptime: Real::default(),
            process: ProcessReadings::register(registering, started),
            projects: Bounded::default(),
            started,
        };
        readings.register_missions(registering);
        readings.register_service(registering, build);
        readings
    }

    fn register_missions(&self, registering: &mut Registering) {
        registering.add(
            ("missions", Shape::Gauge),
            &["project", "status"],
            "Missions there are",
            self.missions.clone(),
        );
        registering.add(
            ("missions_held", Shape::Gauge),
            &["project"],
            "Pending missions that wait for an approval",
            self.held.clone(),
        );
        registering.add(
            ("missions_dead_letter", Shape::Gauge),
            &["project"],
            "Failed missions that nobody has retried or discarded",
            self.dead.clone(),
        );
        registering.add(
            ("queue_depth", Shape::Gauge),
            &["priority"],
            "Pending missions of all projects, held and scheduled ones among them",
            self.queue.clone(),
        );
    }

    fn register_service(&self, registering: &mut Registering, build: &str) {
        registering.add(
            ("journal_position", Shape::Gauge),
            &[],
            "The place in the journal up to which this process knows it",
            self.position.clone(),
        );
        registering.add(
            ("storage_up", Shape::Gauge),
            &[],
            "1 while the store answers",
            self.storage_up.clone(),
        );
        registering.add(
            ("projection_fresh", Shape::Gauge),
            &[],
            "1 while the counters in memory follow the journal",
            self.fresh.clone(),
        );
        registering.add(
            ("uptime_seconds", Shape::Gauge),
            &[],
            "Since this process began",
            self.uptime.clone(),
        );
        let info = Info::new(Build { version: build.to_owned() });
        registering.add(("build", Shape::Info), &["version"], "Which build this is", info);
    }

    /// Sets all of them, from memory and from what the system says at once.
    pub(super) fn read(&self, control: &MissionControl) {
        let mut waiting = [0; Priority::ALL.len()];
        let mut by_project = std::collections::BTreeMap::<Arc<str>, Row>::new();
        for (project, totals) in control.counted() {
            let row = by_project.entry(self.projects.label(project.as_str())).or_default();
            for (index, status) in Status::ALL.iter().copied().enumerate() {
                row.statuses[index] += totals.status(status);
            }
            row.held += totals.sums.held;
            row.dead += totals.sums.dead_letter;
            for (index, priority) in Priority::ALL.iter().copied().enumerate() {
                waiting[index] += totals.count(&[Status::Pending], &[priority]);
            }
        }
        for (project, row) in by_project {
            for (index, status) in Status::ALL.iter().copied().enumerate() {
                let of = Of { project: Arc::clone(&project), status: status.as_str() };
                self.missions.get_or_create(&of).set(row.statuses[index]);
            }
            let of = OfProject { project };
            self.held.get_or_create(&of).set(row.held);
            self.dead.get_or_create(&of).set(row.dead);
        }
        for (index, priority) in Priority::ALL.iter().copied().enumerate() {
            let of = OfPriority { priority: priority.as_str() };
            self.queue.get_or_create(&of).set(waiting[index]);
        }
        let health = control.health();
        self.position.set(control.position());
        self.storage_up.set(i64::from(health.storage));
        self.fresh.set(i64::from(health.projection_fresh));
        self.uptime.set(control.clock().now().since(self.started).as_secs_f64());
        self.process.read();
    }
}

/// What is summed up for one label of a project.
#[derive(Default)]
struct Row {
    statuses: [i64; Status::ALL.len()],
    held: i64,
    dead: i64,
}

impl ProcessReadings {
    fn register(registering: &mut Registering, started: Timestamp) -> Self {
        let readings = Self::default();
        registering.add_of_process(
            ("cpu_seconds", Shape::Counter),
            "Time that all threads of the process spent on a processor",
            readings.cpu.clone(),
        );
        registering.add_of_process(
            ("resident_memory_bytes", Shape::Gauge),
            "Memory that the process has",
            readings.resident.clone(),
        );
        registering.add_of_process(
            ("open_fds", Shape::Gauge),
            "Descriptors that the process has open",
            readings.open_fds.clone(),
        );
        registering.add_of_process(
            ("max_fds", Shape::Gauge),
            "Descriptors that the process may have open",
            readings.max_fds.clone(),
        );
        registering.add_of_process(
            ("threads", Shape::Gauge),
            "Threads of the process",
            readings.threads.clone(),
        );
        let begin = Real::default();
        begin.set(started.as_micros() as f64 / 1e6);
        registering.add_of_process(
            ("start_time_seconds", Shape::Gauge),
            "When the process began, in seconds since 1970",
            begin,
        );
        readings
    }

    fn read(&self) {
        let process = Process::read();
        // The system's own counter, which never falls.
        let bits = process.cpu_seconds.to_bits();
        self.cpu.inner().store(bits, std::sync::atomic::Ordering::Relaxed);
        self.resident.set(whole(process.resident_bytes));
        self.open_fds.set(whole(process.open_fds));
        self.max_fds.set(whole(process.max_fds));
        self.threads.set(whole(process.threads));
    }
}

fn whole(number: u64) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX)
}
