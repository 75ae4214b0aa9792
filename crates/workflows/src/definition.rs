//! A workflow's definition: parsed whole or refused, naming the step that is wrong.

use std::collections::{HashMap, HashSet};
use std::fmt;
use std::str::FromStr;
use std::time::Duration;

use mission_control_kernel::{Capabilities, Invalid, JsonText, Text, closed_words};
use mission_control_missions::{
    Backoff, Complexity, DEFAULT_ATTEMPTS, Description, Kind, Label, Priority, QueueKey, ShortName,
    Title,
};

use crate::graph;

/// The most steps: one transaction makes them all.
pub const MAX_STEPS: usize = 1_000;
/// The most edges between them. Each is a row of that transaction and a settling of its own, and
/// ten for each step draw every graph that somebody has written by hand.
pub const MAX_EDGES: usize = 10_000;

/// A step's name in its workflow, and in the results that its dependants are handed.
pub type StepKey = ShortName;

/// A workflow's name in its project: 1–64 of `a-z`, `0-9`, `-`, `_`, `.`, beginning with a letter or
/// digit.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct WorkflowName(Text<1, 64>);

impl WorkflowName {
    /// The word.
    #[must_use]
    pub fn as_str(&self) -> &str {
        self.0.as_str()
    }
}

impl FromStr for WorkflowName {
    type Err = Invalid;

    fn from_str(text: &str) -> Result<Self, Invalid> {
        let refused = Invalid::new(
            "invalid_workflow_name",
            "must be 1 to 64 of a-z, 0-9, -, _ and ., beginning with a letter or digit",
        );
        let word = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit();
        let good = text.bytes().next().is_some_and(word)
            && text.bytes().all(|byte| word(byte) || matches!(byte, b'-' | b'_' | b'.'));
        if !good {
            return Err(refused);
        }
        Text::parse(text).map(Self).map_err(|_| refused)
    }
}

impl fmt::Display for WorkflowName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl fmt::Debug for WorkflowName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

closed_words! {
    /// What the failure of a step means for those that depend on it.
    OnFailure, "invalid_on_failure", "must be stop or continue",
    {
        /// They are called off.
        Stop = "stop",
        /// They go on, without its result.
        Continue = "continue",
    }
}

/// One step: its place in the graph, and what its mission is to be.
#[derive(Clone, PartialEq, Debug)]
pub struct StepDefinition {
    /// Its name, unique in the workflow.
    pub key: StepKey,
    /// The mission's title.
    pub title: Title,
    /// The steps that must end well first.
    pub depends_on: Vec<StepKey>,
    /// What its failure means for those that depend on it.
    pub on_failure: OnFailure,
    /// In many words.
    pub description: Description,
    /// What runs it.
    pub kind: Kind,
    /// How soon.
    pub priority: Priority,
    /// What it works on: a JSON object, over which a run's input is laid.
    pub input: Option<JsonText>,
    /// What its maker noted.
    pub metadata: JsonText,
    /// Sorted, no repeats.
    pub labels: Vec<Label>,
    /// What an agent must be able to do.
    pub required_capabilities: Capabilities,
    /// The kind of agent that it is meant for.
    pub agent_type: Option<ShortName>,
    /// The model that it is meant for.
    pub model_used: Option<ShortName>,
    /// 1–100.
    pub max_attempts: u32,
    /// The wait between them.
    pub backoff: Backoff,
    /// The longest attempt.
    pub timeout: Option<Duration>,
    /// Missions with different keys take turns.
    pub fairness_key: Option<QueueKey>,
    /// Missions with the same key share a limit.
    pub concurrency_key: Option<QueueKey>,
    /// How hard it is said to be.
    pub complexity: Option<Complexity>,
    /// Whether it waits for an approval.
    pub held: bool,
}

impl StepDefinition {
    /// A step with a key, a title, a kind and everything else as it is when nothing is said.
    #[must_use]
    pub fn new(key: StepKey, title: Title, kind: Kind) -> Self {
        Self {
            key,
            title,
            depends_on: Vec::new(),
            on_failure: OnFailure::Stop,
            description: Description::cleaned(""),
            kind,
            priority: Priority::Medium,
            input: None,
            metadata: JsonText::empty_object(),
            labels: Vec::new(),
            required_capabilities: Capabilities::default(),
            agent_type: None,
            model_used: None,
            max_attempts: DEFAULT_ATTEMPTS,
            backoff: Backoff::Exponential,
            timeout: None,
            fairness_key: None,
            concurrency_key: None,
            complexity: None,
            held: false,
        }
    }
}

/// A workflow that can run: 1–1,000 steps, each key once, every dependency known and named once, no
/// cycle, every input an object.
#[derive(Clone, PartialEq, Debug)]
pub struct Definition {
    name: WorkflowName,
    description: Description,
    steps: Vec<StepDefinition>,
    /// For each step the places of those it depends on.
    depends_on: Vec<Vec<usize>>,
    /// The places of the steps, each after all that it depends on.
    order: Vec<usize>,
}

impl Definition {
    /// Takes a definition from outside.
    ///
    /// # Errors
    /// What is wrong with it, naming the step.
    pub fn parse(
        name: WorkflowName,
        description: Description,
        steps: Vec<StepDefinition>,
    ) -> Result<Self, DefinitionRefusal> {
        check_sizes(&steps)?;
        let places = places(&steps)?;
        let depends_on = edges(&steps, &places)?;
        let order = graph::order(&depends_on).map_err(|cycle| DefinitionRefusal::Cyclic {
            step: cycle[0],
            keys: cycle.into_iter().map(|step| steps[step].key.clone()).collect(),
        })?;
        let shapeless = steps.iter().position(|step| !is_object(step.input.as_ref()));
        if let Some(step) = shapeless {
            return Err(DefinitionRefusal::InputIsNoObject { step, key: steps[step].key.clone() });
        }
        Ok(Self { name, description, steps, depends_on, order })
    }

    /// Its name.
    #[must_use]
    pub const fn name(&self) -> &WorkflowName {
        &self.name
    }

    /// What it is for.
    #[must_use]
    pub const fn description(&self) -> &Description {
        &self.description
    }

    /// Its steps, as they were written; their places count from 0 here, from 1 elsewhere.
    #[must_use]
    pub fn steps(&self) -> &[StepDefinition] {
        &self.steps
    }

    /// The places of the steps that the step at `place` depends on, as it names them.
    #[must_use]
    pub fn depends_on(&self, place: usize) -> &[usize] {
        &self.depends_on[place]
    }

    /// The places of all steps, each after all that it depends on.
    #[must_use]
    pub fn order(&self) -> &[usize] {
        &self.order
    }
}

/// Why a definition is none. Places count from 0, as in the JSON that was sent.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
pub enum DefinitionRefusal {
    /// There is nothing to run.
    #[error("a workflow needs at least one step")]
    NoSteps,
    /// More than [`MAX_STEPS`].
    #[error("a workflow has at most {MAX_STEPS} steps, and this one has {found}")]
    TooManySteps {
        /// How many there are.
        found: usize,
    },
    /// More than [`MAX_EDGES`] dependencies in all.
    #[error("a workflow has at most {MAX_EDGES} dependencies, and this one has {found}")]
    TooManyEdges {
        /// How many there are.
        found: usize,
    },
    /// Two steps have one key.
    #[error("the step {key} is there twice")]
    DuplicateKey {
        /// The place of the second.
        step: usize,
        /// Which key.
        key: StepKey,
    },
    /// A step depends on one that is not there.
    #[error("the step {key} depends on {dependency}, and there is no such step")]
    UnknownDependency {
        /// The place of the step.
        step: usize,
        /// Its key.
        key: StepKey,
        /// The place in its list.
        at: usize,
        /// Whom it names.
        dependency: StepKey,
    },
    /// A step names a dependency twice.
    #[error("the step {key} depends on {dependency} twice")]
    DuplicateDependency {
        /// The place of the step.
        step: usize,
        /// Its key.
        key: StepKey,
        /// The place in its list.
        at: usize,
        /// Whom it names.
        dependency: StepKey,
    },
    /// Steps wait for each other.
    #[error("the steps wait for each other: {}", circle(keys))]
    Cyclic {
        /// The place of the first.
        step: usize,
        /// Each depends on the next, and the last on the first.
        keys: Vec<StepKey>,
    },
    /// A run's input could not be laid over it.
    #[error("the input of the step {key} must be a JSON object")]
    InputIsNoObject {
        /// The place of the step.
        step: usize,
        /// Its key.
        key: StepKey,
    },
}

impl DefinitionRefusal {
    /// What a program branches on.
    #[must_use]
    pub const fn code(&self) -> &'static str {
        match self {
            Self::NoSteps => "no_steps",
            Self::TooManySteps { .. } => "too_many_steps",
            Self::TooManyEdges { .. } => "too_many_dependencies",
            Self::DuplicateKey { .. } => "duplicate_step",
            Self::UnknownDependency { .. } => "unknown_dependency",
            Self::DuplicateDependency { .. } => "duplicate_dependency",
            Self::Cyclic { .. } => "cyclic_dependency",
            Self::InputIsNoObject { .. } => "input_not_an_object",
        }
    }

    /// The member that is wrong: `steps[3].depends_on[1]`.
    #[must_use]
    pub fn path(&self) -> String {
        match self {
            Self::NoSteps | Self::TooManySteps { .. } | Self::TooManyEdges { .. } => {
                "steps".to_owned()
            }
            Self::DuplicateKey { step, .. } => format!("steps[{step}].key"),
            Self::UnknownDependency { step, at, .. }
            | Self::DuplicateDependency { step, at, .. } => {
                format!("steps[{step}].depends_on[{at}]")
            }
            Self::Cyclic { step, .. } => format!("steps[{step}].depends_on"),
            Self::InputIsNoObject { step, .. } => format!("steps[{step}].input"),
        }
    }

    /// The step that is wrong, where it is one.
    #[must_use]
    pub fn key(&self) -> Option<&StepKey> {
        match self {
            Self::NoSteps | Self::TooManySteps { .. } | Self::TooManyEdges { .. } => None,
            Self::DuplicateKey { key, .. }
            | Self::UnknownDependency { key, .. }
            | Self::DuplicateDependency { key, .. }
            | Self::InputIsNoObject { key, .. } => Some(key),
            Self::Cyclic { keys, .. } => keys.first(),
        }
    }
}

/// The most keys of a cycle that a sentence names.
const NAMED: usize = 20;

fn circle(keys: &[StepKey]) -> String {
    let mut words: Vec<&str> = keys.iter().take(NAMED).map(ShortName::as_str).collect();
    if keys.len() > NAMED {
        words.push("…");
    }
    words.extend(keys.first().map(ShortName::as_str));
    words.join(" → ")
}

fn check_sizes(steps: &[StepDefinition]) -> Result<(), DefinitionRefusal> {
    if steps.is_empty() {
        return Err(DefinitionRefusal::NoSteps);
    }
    if steps.len() > MAX_STEPS {
        return Err(DefinitionRefusal::TooManySteps { found: steps.len() });
    }
    let found = steps.iter().map(|step| step.depends_on.len()).sum();
    if found > MAX_EDGES {
        return Err(DefinitionRefusal::TooManyEdges { found });
    }
    Ok(())
}

fn places(steps: &[StepDefinition]) -> Result<HashMap<&StepKey, usize>, DefinitionRefusal> {
    let mut places = HashMap::with_capacity(steps.len());
    for (step, StepDefinition { key, .. }) in steps.iter().enumerate() {
        if places.insert(key, step).is_some() {
            return Err(DefinitionRefusal::DuplicateKey { step, key: key.clone() });
        }
    }
    Ok(places)
}

fn edges(
    steps: &[StepDefinition],
    places: &HashMap<&StepKey, usize>,
) -> Result<Vec<Vec<usize>>, DefinitionRefusal> {
    let edges = steps.iter().enumerate().map(|(step, StepDefinition { key, depends_on, .. })| {
        let mut named = HashSet::with_capacity(depends_on.len());
        let edges = depends_on.iter().enumerate().map(|(at, dependency)| {
            let wrong = || (key.clone(), dependency.clone());
            let Some(place) = places.get(dependency).copied() else {
                let (key, dependency) = wrong();
                return Err(DefinitionRefusal::UnknownDependency { step, key, at, dependency });
            };
            if !named.insert(place) {
                let (key, dependency) = wrong();
                return Err(DefinitionRefusal::DuplicateDependency { step, key, at, dependency });
            }
            Ok(place)
        });
        edges.collect::<Result<Vec<_>, _>>()
    });
    edges.collect()
}

/// Whether JSON that a parser has accepted is an object; nothing said is an empty one.
fn is_object(input: Option<&JsonText>) -> bool {
    input.is_none_or(|json| json.as_str().trim_start().starts_with('{'))
}
