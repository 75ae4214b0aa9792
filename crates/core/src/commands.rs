//! What is asked of missions.

use mission_control_kernel::{
    Capabilities, JsonText, LeaseId, MissionId, ProjectId, Scope, StoreError,
};
use mission_control_missions::{
    Action, Actor, Backoff, Command, DEFAULT_ATTEMPTS, Description, KeptAnswer, Kind, LogLine,
    Mission, NewMission, Priority, Receipt, Refusal, Request, ShortName, Spec, Title, Verdict,
};

use crate::mission_control::MissionControl;

impl MissionControl {
    /// A mission with a title, a kind and everything else as it is when nothing is said; for
    /// [`Self::create`], or to be changed first.
    #[must_use]
    pub fn draft(&self, project: ProjectId, kind: Kind, title: Title) -> NewMission {
        let spec = Spec {
            title,
            description: Description::cleaned(""),
            priority: Priority::Medium,
            kind,
            metadata: JsonText::empty_object(),
            input: None,
            labels: Vec::new(),
            complexity: None,
            required_capabilities: Capabilities::default(),
            fairness_key: None,
            concurrency_key: None,
            max_attempts: DEFAULT_ATTEMPTS,
            backoff: Backoff::Exponential,
            timeout: None,
            step: None,
            template: None,
            created_by: ShortName::parse("embedded").expect("a literal within its bounds"),
        };
        NewMission {
            id: MissionId::new(self.ids().next(self.clock().now())),
            project,
            spec: spec.into(),
            parent: None,
            under: None,
            depends_on: Vec::new(),
            held: false,
            scheduled_at: None,
            expires_at: None,
            agent_type: None,
            model_used: None,
        }
    }

    /// What was answered under a key, as long as it is kept: to be asked before anything that a request
    /// names is looked up, since that may have changed since.
    ///
    /// # Errors
    /// Storage trouble.
    pub async fn kept_answer(
        &self,
        project: &ProjectId,
        principal: &str,
        key: &str,
    ) -> Result<Option<KeptAnswer>, StoreError> {
        self.inner.stores.missions.kept_answer(project, principal, key).await
    }

    /// Makes missions, all of them or none. Who asks is who made the first of them.
    ///
    /// # Errors
    /// Storage trouble; a refusal is a verdict.
    pub async fn create(
        &self,
        missions: Vec<NewMission>,
        receipt: Option<Receipt>,
    ) -> Result<Verdict, StoreError> {
        let maker = missions.first().map(|first| first.spec.created_by.clone());
        let by = maker.map_or(Actor::System, Actor::Principal);
        let action = Action::Create(missions);
        self.inner.stores.missions.apply(Request { action, by, receipt }).await
    }

    /// Carries out a command that `by` asks for, on a mission that `scope` may see.
    ///
    /// # Errors
    /// Storage trouble; a refusal is a verdict.
    pub async fn command(
        &self,
        by: Actor,
        scope: Scope,
        id: MissionId,
        command: Command,
        receipt: Option<Receipt>,
    ) -> Result<Verdict, StoreError> {
        let action = Action::Command { scope, mission: id, command };
        self.act(Request { action, by, receipt }).await
    }

    /// Carries out a request, and sees to what hangs on it.
    pub(crate) async fn act(&self, request: Request) -> Result<Verdict, StoreError> {
        let verdict = self.inner.stores.missions.apply(request).await?;
        if let Verdict::Done(outcome, _) = &verdict
            && outcome.changed
            && outcome.missions.iter().any(concerns_others)
        {
            self.inner.follow_ups.notify_one();
        }
        Ok(verdict)
    }

    /// Stores log lines of a mission, as [`mission_control_missions::MissionStore::append_logs`].
    ///
    /// # Errors
    /// The refusal inside; storage trouble outside.
    pub async fn append_logs(
        &self,
        scope: &Scope,
        id: MissionId,
        lease: Option<LeaseId>,
        lines: Vec<LogLine>,
    ) -> Result<Result<i64, Refusal>, StoreError> {
        let written = self.inner.stores.missions.append_logs(scope, id, lease, lines).await?;
        if written.is_ok() {
            // Nobody listening is no trouble.
            let _ = self.inner.logged.send(id);
        }
        Ok(written)
    }
}

/// Whether the move of a mission may have left a follow-up; looking for one in vain costs little.
fn concerns_others(mission: &Mission) -> bool {
    let hangs_together =
        mission.has_dependants || mission.has_children || !mission.dependencies.is_empty();
    hangs_together && mission.running().is_none()
}
