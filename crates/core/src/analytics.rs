//! What ended missions were like, grouped by what they have in common; of those that are still there.

use std::collections::HashMap;

use mission_control_kernel::{Money, ProjectId, StoreError, Timestamp, closed_words};
use mission_control_workflows::template::{Metric, TemplateName};

use crate::mission_control::MissionControl;

/// The newest so many ended missions of a span are looked at: a fraction of the time that a
/// statement may take, in either store.
pub const MOST_ANALYSED: u32 = 200_000;

/// The most groups that are told, largest first: more than anybody compares.
pub const MOST_GROUPS: u32 = 200;

/// The results of the newest so many missions are looked into for the figures of their templates: each
/// is up to a quarter of a megabyte of JSON.
pub const MOST_MEASURED: u32 = 20_000;

closed_words! {
    /// What missions of one group have in common.
    Grouping, "invalid_grouping", "must be model, agent, kind, template or day",
    {
        /// The model of their last attempt.
        Model = "model",
        /// The agent of their last attempt, by its id.
        Agent = "agent",
        /// What ran them.
        Kind = "kind",
        /// What they were made from; those made from none are left out.
        Template = "template",
        /// The day on which they ended, in UTC.
        Day = "day",
    }
}

/// Missions that have something in common.
#[derive(Clone, PartialEq, Debug)]
pub struct Group {
    /// What that is; none for those that have no model or no agent.
    pub key: Option<String>,
    /// How many ended.
    pub count: u64,
    /// Of these, completed.
    pub completed: u64,
    /// Of these, failed for good.
    pub failed: u64,
    /// Of these, called off.
    pub cancelled: u64,
    /// The shortest last attempt that at least half of them did not exceed, in microseconds; none
    /// when none of them ever began.
    pub median_micros: Option<i64>,
    /// The same for 95 of a hundred.
    pub p95_micros: Option<i64>,
    /// Tokens of all their attempts.
    pub tokens: u64,
    /// What all their attempts cost.
    pub cost: Money,
    /// The figures that their template names, where they were made from one; in its order.
    pub figures: Vec<Figure>,
}

/// A figure that a template names, over the results of its missions.
#[derive(Clone, PartialEq, Debug)]
pub struct Figure {
    /// Which one.
    pub metric: Metric,
    /// What the results say; none where none of them has the member as a number.
    pub measured: Option<Measured>,
}

/// What the results of missions say of one member.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Measured {
    /// Which pair of those that were asked for, from 0.
    pub pair: usize,
    /// How many results have it as a number.
    pub count: u64,
    /// Their mean.
    pub average: f64,
    /// The least.
    pub min: f64,
    /// The largest.
    pub max: f64,
}

/// Groups of ended missions.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct Analysis {
    /// The largest [`MOST_GROUPS`], largest first; days in their order.
    pub groups: Vec<Group>,
    /// How many missions were looked at, also those of groups that are not told.
    pub looked_at: u64,
    /// Whether there are more than [`MOST_ANALYSED`], of which the newest were looked at.
    pub capped: bool,
}

impl MissionControl {
    /// Groups the missions of a project that ended from `from` up to but not at `to`.
    ///
    /// # Errors
    /// Storage trouble.
    pub async fn analysis(
        &self,
        project: &ProjectId,
        by: Grouping,
        from: Timestamp,
        to: Timestamp,
    ) -> Result<Analysis, StoreError> {
        let history = &self.inner.stores.history;
        let groups = history.analyse(project, by, (from, to), MOST_ANALYSED, MOST_GROUPS);
        let mut analysis = groups.await?;
        match by {
            Grouping::Day => analysis.groups.sort_by(|one, other| one.key.cmp(&other.key)),
            Grouping::Template => self.measure(project, &mut analysis.groups, (from, to)).await?,
            Grouping::Model | Grouping::Agent | Grouping::Kind => {}
        }
        Ok(analysis)
    }

    /// Adds what the results of each group say of the figures that its template names.
    async fn measure(
        &self,
        project: &ProjectId,
        groups: &mut [Group],
        span: (Timestamp, Timestamp),
    ) -> Result<(), StoreError> {
        let name = |group: &Group| group.key.as_deref()?.parse::<TemplateName>().ok();
        let names: Vec<TemplateName> = groups.iter().filter_map(name).collect();
        let templates = self.templates_named(project, &names).await?;
        let metrics: HashMap<&TemplateName, &[Metric]> =
            templates.iter().map(|it| (&it.name, &*it.spec.metrics)).collect();
        let mut wanted = Vec::new();
        for group in &mut *groups {
            let Some(name) = name(group) else { continue };
            for metric in metrics.get(&name).copied().unwrap_or_default() {
                wanted.push((name.clone(), metric.key.clone()));
                group.figures.push(Figure { metric: metric.clone(), measured: None });
            }
        }
        if wanted.is_empty() {
            return Ok(());
        }
        let history = &self.inner.stores.history;
        let measured = history.measure(project, &wanted, span, MOST_MEASURED).await?;
        let mut figures: Vec<_> = groups.iter_mut().flat_map(|group| &mut group.figures).collect();
        for found in measured {
            if let Some(figure) = figures.get_mut(found.pair) {
                figure.measured = Some(found);
            }
        }
        Ok(())
    }
}
