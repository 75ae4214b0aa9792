//! Missions.

use std::time::Duration;

use mission_control::Shown;
use mission_control::missions::{Backoff, Driver, Mission};
use mission_control_wire::{self as wire, Cost, Json, Lease, Word, reply};

/// A mission with the progress that is shown for it.
pub(crate) fn shown(shown: &Shown) -> reply::Mission<'_> {
    mission(&shown.mission, shown.progress)
}

/// A mission that is `progress` percent done.
pub(crate) fn mission(mission: &Mission, progress: f64) -> reply::Mission<'_> {
    let (spec, usage) = (&*mission.spec, mission.usage());
    let output = mission.output();
    let lease_expires_at = mission.running().and_then(|attempt| match attempt.driver {
        Driver::Outside => None,
        Driver::Leased { expires_at, .. } => Some(Word(expires_at)),
    });
    reply::Mission {
        id: Word(mission.id),
        title: spec.title.as_str(),
        description: spec.description.as_str(),
        status: mission.status().as_str(),
        priority: spec.priority.as_str(),
        created_at: Word(mission.created_at),
        started_at: mission.started_at().map(Word),
        completed_at: mission.ended().map(|ended| Word(ended.at)),
        duration: mission.duration().map(seconds),
        progress,
        error_message: mission.last_failure.as_ref().map(|failure| failure.message.as_str()),
        result: output.and_then(|output| output.result.as_ref()).map(Json),
        metadata: Json(&spec.metadata),
        agent_type: mission.agent_type.as_ref().map(|word| word.as_str()),
        model_used: mission.model_used.as_ref().map(|word| word.as_str()),
        tokens_used: usage.tokens_used,
        cost_estimate: Cost(usage.cost),
        project_id: mission.project.as_str(),
        kind: spec.kind.as_str(),
        input: spec.input.as_ref().map(Json),
        parent_id: mission.place.parent.map(Word),
        root_id: Word(mission.place.root),
        depends_on: mission.dependencies.iter().map(|edge| Word(edge.on)).collect(),
        complexity: spec.complexity.map(|word| word.as_str()),
        labels: spec.labels.iter().map(|label| label.as_str()).collect(),
        required_capabilities: spec.required_capabilities.iter().map(|it| it.as_str()).collect(),
        fairness_key: spec.fairness_key.as_ref().map(|key| key.as_str()),
        concurrency_key: spec.concurrency_key.as_ref().map(|key| key.as_str()),
        agent_id: mission.agent().map(Word),
        attempt: mission.attempt,
        max_attempts: spec.max_attempts,
        backoff: backoff(&spec.backoff),
        lease_id: Lease(mission.lease_id),
        lease_expires_at,
        scheduled_at: mission.scheduled_at.map(Word),
        expires_at: mission.expires_at.map(Word),
        timeout_seconds: spec.timeout.map(seconds),
        progress_message: output.and_then(|it| it.message.as_ref()).map(|it| it.as_str()),
        tokens_in: usage.tokens_in,
        tokens_out: usage.tokens_out,
        failure_class: mission.last_failure.as_ref().map(|failure| failure.class.as_str()),
        run_id: spec.step.as_ref().map(|step| Word(step.run)),
        step_key: spec.step.as_ref().map(|step| step.key.as_str()),
        template: spec.template.as_ref().map(|word| word.as_str()),
        created_by: Some(spec.created_by.as_str()),
        dead_letter: mission.is_dead_letter(),
        held: mission.held,
        updated_at: Word(mission.updated_at),
        revision: mission.revision.number(),
    }
}

pub(super) fn backoff(backoff: &Backoff) -> wire::Backoff {
    match backoff {
        Backoff::Exponential => wire::Backoff::Exponential,
        Backoff::None => wire::Backoff::None,
        Backoff::Fixed(waits) => wire::Backoff::Fixed(waits.iter().copied().map(seconds).collect()),
    }
}

/// Seconds, from whole microseconds in one division: the shortest decimal that means the same.
#[expect(clippy::cast_precision_loss, reason = "2^53 microseconds are 285 years")]
pub(crate) fn seconds(span: Duration) -> f64 {
    span.as_micros() as f64 / 1e6
}
