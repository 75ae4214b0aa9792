//! The place of one worker among those of its data folder: from it the worker is known again.

use std::path::Path;

use mission_control_runtime::{DataFolder, DataFolderError, Secret, random_secret};

use crate::WorkerError;

/// The folder of all berths, in the data folder.
const BERTHS: &str = "workers";

/// What the programs of its missions carry.
const WORKER_ID_FILE: &str = "worker-id";

/// The most workers that find a berth by themselves: one for each core of a large machine.
const MOST: usize = 256;

/// How much of a worker's id tells it from all others, in hexadecimal digits: two of a thousand
/// share these eight once in ten thousand times.
const ID_SHOWN: usize = 8;

/// A folder that this worker has to itself while the value lives.
#[derive(Debug)]
pub(crate) struct Berth {
    worker_id: Secret,
    instance: String,
    _folder: DataFolder,
}

impl Berth {
    /// That of the named instance, or the first that is free, in this data folder. A berth that was
    /// left is taken again by whoever comes next, so that restarts make no new agents.
    ///
    /// # Errors
    /// `InstanceTaken`, `TooMany`, `DataFolder`.
    pub(crate) fn take(data_dir: &Path, instance: Option<&str>) -> Result<Self, WorkerError> {
        let berths = data_dir.join(BERTHS);
        let Some(instance) = instance else { return Self::first_free(&berths) };
        match DataFolder::open(berths.join(instance)) {
            Ok(folder) => Self::in_folder(folder, Some(instance)),
            Err(DataFolderError::InUse(_)) => Err(WorkerError::InstanceTaken(instance.to_owned())),
            Err(error) => Err(error.into()),
        }
    }

    fn first_free(berths: &Path) -> Result<Self, WorkerError> {
        for number in 1..=MOST {
            // No name of an instance begins with a dot, so nobody is given one of these.
            match DataFolder::open(berths.join(format!(".{number}"))) {
                Ok(folder) => return Self::in_folder(folder, None),
                Err(DataFolderError::InUse(_)) => {}
                Err(error) => return Err(error.into()),
            }
        }
        Err(WorkerError::TooMany(MOST))
    }

    fn in_folder(mut folder: DataFolder, instance: Option<&str>) -> Result<Self, WorkerError> {
        let worker_id = folder.secret_file(WORKER_ID_FILE, random_secret)?;
        let made_up = || worker_id.expose().chars().take(ID_SHOWN).collect();
        let instance = instance.map_or_else(made_up, str::to_owned);
        Ok(Self { worker_id, instance, _folder: folder })
    }

    /// What the programs of its missions carry: no other worker's at the same time.
    pub(crate) fn worker_id(&self) -> &str {
        self.worker_id.expose()
    }

    /// What tells it from others on its machine: its name, or part of its id. A number would be that
    /// of another worker with another data folder too.
    pub(crate) fn instance(&self) -> &str {
        &self.instance
    }
}

#[cfg(test)]
mod tests {
    use tempfile::tempdir;

    use super::*;

    #[test]
    fn workers_beside_each_other_differ_and_the_next_ones_take_over_what_they_left() {
        let folder = tempdir().unwrap();
        let take = || Berth::take(folder.path(), None).unwrap();
        let who = |berth: &Berth| (berth.instance().to_owned(), berth.worker_id().to_owned());
        let (first, second) = (take(), take());
        let known = [who(&first), who(&second)];
        assert_ne!(known[0], known[1]);
        assert_eq!(known[0].0.len(), ID_SHOWN);
        drop(first);
        let third = take();
        assert_eq!(who(&third), known[0]);
    }

    #[test]
    fn a_named_instance_runs_once() {
        let folder = tempdir().unwrap();
        let blue = Berth::take(folder.path(), Some("blue")).unwrap();
        assert_eq!(blue.instance(), "blue");
        let refused = Berth::take(folder.path(), Some("blue")).unwrap_err();
        assert!(
            matches!(&refused, WorkerError::InstanceTaken(name) if name == "blue"),
            "{refused}"
        );
        Berth::take(folder.path(), Some("green")).unwrap();
    }
}
