//! The missions of the demo, before they are made.

use std::sync::Arc;
use std::time::Duration;

use mission_control::MissionControl;
use mission_control::kernel::{Capabilities, JsonText, ProjectId, Text};
use mission_control::missions::{
    Complexity, Description, Kind, Label, NewMission, Priority, ShortName, Spec, Title,
};
use rand::rngs::StdRng;
use rand::{RngExt as _, SeedableRng as _};

use super::cast::SIMULATED;
use super::plan::{Ending, Plan};
use super::scenes::{SCENES, Scene};

/// A simulated attempt that hangs is ended by its mission's timeout after this.
const STUCK_FOR: Duration = Duration::from_mins(10);

/// What asks for an agent that is not there is of no use after this.
const HOPELESS_FOR: Duration = Duration::from_hours(6);

/// An ability that no agent of the demo has, so that there is something to explain.
const MISSING_SKILL: &str = "gpu";

/// A document that is in no folder: real work that really fails.
const MISSING_DOCUMENT: &str = "archive/2019.md";

/// The kinds of real work, with the beginnings of their titles.
const REAL: [(&str, &str); 3] =
    [("wordcount", "Count the words of"), ("checksum", "Checksum of"), ("filesize", "Size of")];

/// Draws missions; the same seed draws the same ones.
pub(super) struct Drafts {
    control: MissionControl,
    project: ProjectId,
    documents: Vec<String>,
    chance: StdRng,
}

impl Drafts {
    pub(super) fn new(
        control: MissionControl,
        project: ProjectId,
        documents: Vec<String>,
        seed: u64,
    ) -> Self {
        Self { control, project, documents, chance: StdRng::seed_from_u64(seed) }
    }

    /// Whether something with this chance in a hundred happens.
    pub(super) fn happens(&mut self, percent: u32) -> bool {
        self.chance.random_range(0..100) < percent
    }

    /// An ending as often as it may be seen in a shop of agents.
    pub(super) fn ending(&mut self) -> Ending {
        match self.chance.random_range(0..100_u32) {
            0..=76 => Ending::Completes,
            77..=85 => Ending::Stumbles,
            86..=91 => Ending::HitsQuota,
            92..=95 => Ending::Crashes,
            96..=98 => Ending::RefusesInput,
            _ => Ending::GetsStuck,
        }
    }

    /// A simulated mission of any kind.
    pub(super) fn simulated(&mut self, ending: Ending) -> NewMission {
        let scene = self.one_of(&SCENES);
        self.of_scene(scene, ending)
    }

    /// A simulated mission that waits for an approval.
    pub(super) fn held(&mut self) -> NewMission {
        let ending = self.ending();
        let mut held = NewMission { held: true, ..self.simulated(ending) };
        Arc::make_mut(&mut held.spec).labels.push(label("needs-approval"));
        held
    }

    /// A simulated mission that may start in 20 to 60 minutes.
    pub(super) fn scheduled(&mut self) -> NewMission {
        let minutes = self.chance.random_range(20..=60);
        let at = self.control.clock().now().plus(Duration::from_mins(minutes));
        NewMission { scheduled_at: Some(at), ..self.simulated(Ending::Completes) }
    }

    /// A simulated mission for an agent that is not there.
    pub(super) fn hopeless(&mut self) -> NewMission {
        let mut mission = self.simulated(Ending::Completes);
        mission.expires_at = Some(self.control.clock().now().plus(HOPELESS_FOR));
        let skill = Text::parse(MISSING_SKILL).expect("a literal within its bounds");
        Arc::make_mut(&mut mission.spec).required_capabilities =
            Capabilities::new([skill]).expect("one ability");
        mission
    }

    /// A parent and what is below it: two missions side by side, and one that waits for both.
    pub(super) fn family(&mut self) -> Vec<NewMission> {
        let scene = self.one_of(&SCENES);
        let mut parent = self.of_scene(scene, Ending::Completes);
        let title = format!("Campaign: {}", parent.spec.title);
        Arc::make_mut(&mut parent.spec).title = self::title(&title);
        let mut family = vec![parent];
        let (root, ending) = (family[0].id, self.ending());
        for ending in [Ending::Completes, ending, Ending::Completes] {
            let scene = self.one_of(&SCENES);
            family.push(NewMission { parent: Some(root), ..self.of_scene(scene, ending) });
        }
        family[3].depends_on = vec![family[1].id, family[2].id];
        family
    }

    /// A real mission on a real document; `None` where there is none.
    pub(super) fn real(&mut self) -> Option<NewMission> {
        if self.documents.is_empty() {
            return None;
        }
        let document = self.chance.random_range(0..self.documents.len());
        let document = self.documents[document].clone();
        Some(self.on(&document))
    }

    /// A real mission on a document that is not there.
    pub(super) fn doomed(&mut self) -> NewMission {
        self.on(MISSING_DOCUMENT)
    }

    fn on(&mut self, document: &str) -> NewMission {
        let (kind, verb) = *self.one_of(&REAL);
        let priority = self.priority();
        let mut mission = self.draft(kind, &format!("{verb} {document}"));
        let spec = Arc::make_mut(&mut mission.spec);
        spec.description = Description::cleaned("A real program on a real file.");
        spec.priority = priority;
        spec.labels = vec![label("documents"), label("real")];
        spec.complexity = Some(Complexity::Trivial);
        spec.input = Some(json(&serde_json::json!({ "path": document })));
        mission
    }

    fn of_scene(&mut self, scene: &'static Scene, ending: Ending) -> NewMission {
        let (title, description) = *self.one_of(scene.subjects);
        let model = self.one_of(&scene.models);
        let (priority, plan) = (self.priority(), self.plan(ending));
        let complexity = match plan.seconds {
            0..20 => Complexity::Simple,
            20..40 => Complexity::Moderate,
            _ => Complexity::Complex,
        };
        let mut mission = self.draft(scene.kind, title);
        mission.model_used = Some(short(model));
        let spec = Arc::make_mut(&mut mission.spec);
        spec.description = Description::cleaned(description);
        spec.priority = priority;
        spec.labels = vec![label(scene.label), label(SIMULATED)];
        spec.complexity = Some(complexity);
        spec.metadata = json(&serde_json::json!({ SIMULATED: true, "team": scene.team }));
        spec.input = Some(plan.to_input());
        if ending == Ending::GetsStuck {
            (spec.timeout, spec.max_attempts) = (Some(STUCK_FOR), 1);
        }
        mission
    }

    fn plan(&mut self, ending: Ending) -> Plan {
        let tokens_in = self.chance.random_range(2_000..60_000);
        Plan {
            seconds: self.chance.random_range(10..=50),
            ending,
            tokens_in,
            tokens_out: tokens_in / self.chance.random_range(4..=15),
            price_per_thousand: self.chance.random_range(800_000..6_000_000),
            luck: self.chance.random_range(0..100),
        }
    }

    fn priority(&mut self) -> Priority {
        match self.chance.random_range(0..10_u32) {
            0 => Priority::Critical,
            1..=3 => Priority::High,
            4..=7 => Priority::Medium,
            _ => Priority::Low,
        }
    }

    fn draft(&self, kind: &str, title: &str) -> NewMission {
        let kind: Kind = kind.parse().expect("a literal within its bounds");
        let mut mission = self.control.draft(self.project.clone(), kind, self::title(title));
        let spec: &mut Spec = Arc::make_mut(&mut mission.spec);
        spec.created_by = short("demo");
        mission
    }

    fn one_of<T>(&mut self, items: &'static [T]) -> &'static T {
        &items[self.chance.random_range(0..items.len())]
    }
}

fn title(text: &str) -> Title {
    Title::parse(text).expect("a title of the demo is short")
}

fn label(text: &str) -> Label {
    Label::parse(text).expect("a literal within its bounds")
}

/// A literal as a name.
pub(super) fn short(text: &str) -> ShortName {
    ShortName::parse(text).expect("a literal within its bounds")
}

fn json(value: &serde_json::Value) -> JsonText {
    JsonText::from_checked(&value.to_string()).expect("a handful of members is small")
}

#[cfg(test)]
mod tests {
    use mission_control::Stores;
    use mission_control_persistence::Options;
    use mission_control_persistence::sqlite::{Durability, Sqlite};

    use super::*;

    /// What a mission is but for its id and its times.
    fn told(missions: &[NewMission]) -> Vec<Arc<Spec>> {
        missions.iter().map(|mission| Arc::clone(&mission.spec)).collect()
    }

    fn drawn(control: &MissionControl, seed: u64) -> Vec<NewMission> {
        let project = ProjectId::default_project();
        let documents = vec!["a.md".to_owned(), "b.md".to_owned()];
        let mut drafts = Drafts::new(control.clone(), project, documents, seed);
        let mut drawn = drafts.family();
        for _ in 0..200 {
            let ending = drafts.ending();
            drawn.push(drafts.simulated(ending));
            drawn.extend(drafts.real());
        }
        drawn.extend([drafts.held(), drafts.scheduled(), drafts.hopeless(), drafts.doomed()]);
        drawn
    }

    #[tokio::test]
    async fn the_same_seed_draws_the_same_missions_and_every_draft_is_marked() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("test.db");
        let store = Sqlite::open(&path, Durability::Off, Options::default()).unwrap();
        let control = MissionControl::builder(Stores::of(store)).start().await.unwrap();
        let missions = drawn(&control, 7);
        assert_eq!(told(&missions), told(&drawn(&control, 7)));
        assert_ne!(told(&missions), told(&drawn(&control, 8)));
        for mission in &missions {
            let marked = mission.spec.labels.iter().any(|label| label.as_str() == SIMULATED);
            assert_eq!(marked, mission.spec.kind.as_str().starts_with("simulated."));
            assert_eq!(marked, mission.spec.metadata.as_str().contains(r#""simulated":true"#));
            assert_eq!(marked, mission.model_used.is_some());
        }
        let endings = missions.iter().filter_map(|mission| mission.spec.input.as_ref());
        let stuck = endings.filter(|input| input.as_str().contains("gets-stuck")).count();
        assert!((1..=10).contains(&stuck), "some get stuck, and few: {stuck}");
        control.stop().await;
    }
}
