//! One thing done to many missions: chosen and shown first, then carried out as it was shown.

use std::collections::{HashMap, HashSet};

use futures::{StreamExt as _, TryStreamExt as _, stream};
use mission_control_kernel::{MissionId, ProjectId, Scope, StoreError, Timestamp};
use mission_control_missions::{
    Action, Actor, Bulk, Chosen, ListQuery, Mission, Outcome, Receipt, Refusal, Rendered, Request,
    Seen, Status, Verdict,
};

use crate::mission_control::MissionControl;
use crate::previews::{MOST_PREVIEWED, PREVIEW_KEPT, Preview};

/// How many missions are read at a time while they are chosen.
const PAGE: u32 = 500;

/// How many missions are asked at a time: what a store takes in one batch.
const AT_ONCE: usize = 256;

/// How many missions of a preview are shown whole.
const SHOWN: usize = 5;

/// Whoever chooses keys for requests cannot choose one that begins with a space: it would be
/// trimmed from the header that brings it.
const OWN_KEYS: &str = " bulk/";

/// What is kept of a mission that was changed, and of one that was so already.
const CHANGED: Rendered = Rendered { status: 200, body: Vec::new() };
const UNCHANGED: Rendered = Rendered { status: 204, body: Vec::new() };

/// Which missions are meant.
#[derive(Clone, Debug)]
pub enum Choice {
    /// These.
    Ids(Vec<MissionId>),
    /// Those that a list has, in its order.
    Filter(Box<ListQuery>),
}

/// Who asks, so that they are answered alike when they ask again.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Asker {
    /// In which project.
    pub project: ProjectId,
    /// Who, in the words of whoever knows them.
    pub principal: String,
    /// Who, as the journal says it.
    pub actor: Actor,
}

/// What was chosen, as it is shown before anything is done.
#[derive(Clone, PartialEq, Debug)]
pub struct Previewed {
    /// The name under which it is carried out.
    pub id: String,
    /// How many missions there are in each status.
    pub breakdown: Vec<(Status, u64)>,
    /// The first five of them.
    pub sample: Vec<Mission>,
    /// Of the ids that were given, those that are not there.
    pub missing: Vec<MissionId>,
    /// Whether more missions fit than one preview holds.
    pub more: bool,
    /// Until when it can be carried out.
    pub expires_at: Timestamp,
}

/// What became of one mission.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Fate {
    /// It was done.
    Done,
    /// It was so already.
    Unchanged,
    /// It was not done; [`Refusal::Changed`] when the mission was no longer as it was shown.
    Refused(Refusal),
}

/// A name under which a bulk can be sent again: that of a preview, or as the asker chose it.
struct BulkKey {
    asker: Asker,
    name: String,
    /// Of the request, which the same name must always bring.
    digest: [u8; 32],
}

/// What was chosen so far.
#[derive(Default)]
struct Choosing {
    chosen: Vec<Chosen>,
    sample: Vec<Mission>,
    missing: Vec<MissionId>,
    more: bool,
}

impl MissionControl {
    /// Chooses missions and keeps the choice for its asker, so that just it can be carried out with
    /// [`Self::carry_out`]. Nothing is done yet.
    ///
    /// # Errors
    /// Storage trouble.
    pub async fn choose(
        &self,
        asker: Asker,
        action: Bulk,
        choice: Choice,
    ) -> Result<Previewed, StoreError> {
        let scope = Scope::one(asker.project.clone());
        let found = match choice {
            Choice::Ids(ids) => self.found(&scope, ids).await?,
            Choice::Filter(query) => self.listed(&scope, *query).await?,
        };
        let breakdown = breakdown(&found.chosen);
        let Asker { project, principal, .. } = asker;
        let id = self.ids().next(self.clock().now()).to_string();
        let preview = Preview { id: id.clone(), project, principal, action, chosen: found.chosen };
        let expires_at = self.inner.stores.previews.keep_preview(preview, PREVIEW_KEPT).await?;
        let Choosing { sample, missing, more, .. } = found;
        Ok(Previewed { id, breakdown, sample, missing, more, expires_at })
    }

    /// Carries out just what [`Self::choose`] has shown to the same asker; `None` when there is no
    /// such preview, or it is over. A mission that is no longer as it was shown is left alone.
    /// However often it is asked, each mission is done to once and each answer is the same.
    ///
    /// # Errors
    /// Storage trouble: a part may have been done, and asking again does the rest.
    pub async fn carry_out(
        &self,
        asker: Asker,
        id: &str,
    ) -> Result<Option<Vec<(MissionId, Fate)>>, StoreError> {
        let previews = &self.inner.stores.previews;
        let found = previews.preview(&asker.project, &asker.principal, id).await?;
        let Some(Preview { chosen, action, .. }) = found else { return Ok(None) };
        let scope = Scope::one(asker.project.clone());
        let by = asker.actor.clone();
        let key = BulkKey { asker, name: id.to_owned(), digest: [0; 32] };
        let asked = chosen.into_iter().map(|Chosen { mission, seen }| {
            let (scope, command) = (scope.clone(), action.command());
            (mission, Action::Selected { scope, mission, seen, command })
        });
        self.ask_all(asked, &by, Some(&key)).await.map(Some)
    }

    /// Does one thing to missions by their ids, at once and as they are; one that is named twice is
    /// asked once. With a key, a name and the digest of the request, asking again does the rest and
    /// answers the same.
    ///
    /// # Errors
    /// Storage trouble: a part may have been done.
    pub async fn command_all(
        &self,
        asker: Asker,
        ids: Vec<MissionId>,
        action: Bulk,
        key: Option<(String, [u8; 32])>,
    ) -> Result<Vec<(MissionId, Fate)>, StoreError> {
        let scope = Scope::one(asker.project.clone());
        let by = asker.actor.clone();
        let key = key.map(|(name, digest)| BulkKey { asker, name, digest });
        let asked = once_each(ids).into_iter().map(|mission| {
            let (scope, command) = (scope.clone(), action.command());
            (mission, Action::Command { scope, mission, command })
        });
        self.ask_all(asked, &by, key.as_ref()).await
    }

    /// Asks all of them, so many at a time, and answers in their order.
    async fn ask_all(
        &self,
        asked: impl Iterator<Item = (MissionId, Action)> + Send,
        by: &Actor,
        key: Option<&BulkKey>,
    ) -> Result<Vec<(MissionId, Fate)>, StoreError> {
        let asked: Vec<_> = asked
            .map(|(mission, action)| {
                let receipt = key.map(|key| key.receipt(mission));
                (mission, Request { action, by: by.clone(), receipt })
            })
            .collect();
        stream::iter(asked)
            .map(|(mission, request)| async move { Ok((mission, fate(self.act(request).await?))) })
            .buffered(AT_ONCE)
            .try_collect()
            .await
    }

    async fn found(&self, scope: &Scope, ids: Vec<MissionId>) -> Result<Choosing, StoreError> {
        let ids = once_each(ids);
        let found = self.missions(scope, &ids).await?;
        let mut by_id: HashMap<MissionId, Mission> =
            found.into_iter().map(|mission| (mission.id, mission)).collect();
        let mut choosing = Choosing::default();
        for id in ids {
            match by_id.remove(&id) {
                Some(mission) => choosing.add(mission),
                None => choosing.missing.push(id),
            }
        }
        Ok(choosing)
    }

    async fn listed(&self, scope: &Scope, query: ListQuery) -> Result<Choosing, StoreError> {
        let mut query = ListQuery { limit: PAGE, ..query };
        let mut choosing = Choosing::default();
        loop {
            let page = self.inner.stores.missions.list(scope, &query).await?;
            for mission in page.missions {
                if choosing.chosen.len() == MOST_PREVIEWED {
                    choosing.more = true;
                    return Ok(choosing);
                }
                choosing.add(mission);
            }
            query.after = page.next;
            if query.after.is_none() {
                return Ok(choosing);
            }
        }
    }
}

impl Choosing {
    fn add(&mut self, mission: Mission) {
        self.chosen.push(Chosen { mission: mission.id, seen: Seen::of(&mission) });
        if self.sample.len() < SHOWN {
            self.sample.push(mission);
        }
    }
}

impl BulkKey {
    /// The receipt under which what became of one mission is kept.
    fn receipt(&self, mission: MissionId) -> Receipt {
        let render = |outcome: &Outcome| if outcome.changed { CHANGED } else { UNCHANGED };
        Receipt {
            project: self.asker.project.clone(),
            principal: self.asker.principal.clone(),
            key: format!("{OWN_KEYS}{}/{mission}", self.name),
            request_digest: self.digest,
            render: Box::new(render),
        }
    }
}

fn fate(verdict: Verdict) -> Fate {
    match verdict {
        Verdict::Done(outcome, _) if outcome.changed => Fate::Done,
        Verdict::Done(..) => Fate::Unchanged,
        Verdict::Replayed(kept) if kept == CHANGED => Fate::Done,
        Verdict::Replayed(_) => Fate::Unchanged,
        Verdict::Refused(refusal) => Fate::Refused(refusal),
    }
}

fn breakdown(chosen: &[Chosen]) -> Vec<(Status, u64)> {
    let count = |status: Status| chosen.iter().filter(|one| one.seen.status == status).count();
    Status::ALL.iter().map(|status| (*status, count(*status) as u64)).collect()
}

/// The ids in their order, without repeats.
fn once_each(ids: Vec<MissionId>) -> Vec<MissionId> {
    let mut known = HashSet::new();
    ids.into_iter().filter(|id| known.insert(*id)).collect()
}
