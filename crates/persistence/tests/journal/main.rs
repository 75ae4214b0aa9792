//! The order of the journal on PostgreSQL, and the fate of batches, under every interruption that a
//! test can arrange.

mod lost_commits;
mod open_transactions;
mod order;
mod refused_requests;
mod replicas;
mod retained;
mod silence;
mod stage;
mod writer;
