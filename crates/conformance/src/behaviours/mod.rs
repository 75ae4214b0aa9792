//! Every behaviour, by its subject.

mod agents;
mod analysing;
mod asking;
mod asking_runs;
mod attempts;
mod capacity;
mod checkpoints;
mod choosing;
mod claiming;
mod creating;
mod departing;
mod dependants;
mod editing;
mod explaining;
mod failing;
mod fencing;
mod graphs;
mod journalling;
mod leasing;
mod leaving;
mod life;
mod limits;
mod listing;
mod logging;
mod making;
mod people;
mod projects;
mod racing;
mod receipts;
mod remembering;
mod reopening;
mod repeating;
mod retaining;
mod revoking;
mod scheduling;
mod scope;
mod searching;
mod sessions;
mod templating;
mod ticking;
mod timing;
mod tokens;
mod trees;
mod walking;
mod workflows;
mod writing_together;

use crate::suite::Behaviour;

macro_rules! behaviours {
    ($($subject:ident { $($name:ident),+ $(,)? })+) => {
        &[$($(Behaviour {
            name: concat!(stringify!($subject), "::", stringify!($name)),
            run: |stage| Box::pin($subject::$name(stage)),
        }),+),+]
    };
}

/// Every behaviour of the suite: a name here and a function of that name in the file of its
/// subject.
pub const BEHAVIOURS: &[Behaviour] = behaviours! {
    creating {
        a_mission_reads_back_as_it_was_made,
        a_batch_keeps_its_order,
        a_batch_is_made_whole_or_not_at_all,
        a_refused_mission_leaves_nothing,
    }
    scope {
        another_project_finds_nothing,
        the_process_itself_sees_every_project,
    }
    life {
        an_attempt_shows_at_every_step_what_it_has_done,
        a_mission_driven_from_outside_needs_no_lease,
        failures_use_up_attempts_until_the_last,
        what_is_given_back_costs_no_attempt,
        a_dead_letter_is_discarded_or_retried,
        what_was_so_already_writes_nothing,
        a_journal_is_read_in_pages,
    }
    fencing {
        every_write_of_a_worker_names_the_current_lease,
        a_leased_mission_takes_no_write_without_its_lease,
        what_is_driven_from_outside_has_no_lease,
        an_outcome_told_again_is_answered_again,
        an_outcome_told_again_after_a_later_claim_changes_nothing,
        another_outcome_with_an_old_lease_is_refused,
    }
    receipts {
        the_same_request_gets_the_same_bytes,
        a_key_used_for_another_request_is_refused,
        keys_of_others_are_other_keys,
        a_refused_request_keeps_no_answer,
        sixty_four_at_once_make_one_mission,
        one_of_many_requests_with_one_key_is_carried_out,
    }
    repeating {
        what_is_added_again_is_answered_as_before,
        what_is_changed_again_is_answered_as_before,
        what_is_refused_leaves_its_key_to_others,
        of_sixteen_at_once_one_is_done,
    }
    trees {
        a_child_knows_its_place,
        descendants_come_nearest_first,
        progress_of_a_tree_counts_what_is_below,
        a_finished_parent_takes_no_child,
        a_child_is_made_by_the_attempt_that_runs,
        a_tree_is_at_most_sixteen_deep,
        a_cancel_takes_the_subtree_when_asked,
        open_children_come_in_pages,
    }
    dependants {
        a_mission_waits_for_all_that_it_depends_on,
        a_broken_dependency_cancels_what_hangs_on_it,
        a_retried_dependency_brings_its_dependants_back,
        a_step_that_may_fail_satisfies_its_dependants,
        a_dependency_that_is_over_is_judged_at_once,
        a_follow_up_that_nobody_finished_comes_back,
        dependants_come_in_pages,
        what_cannot_run_is_not_retried,
        a_retry_is_judged_by_what_came_before_it,
    }
    workflows {
        a_definition_reads_back_as_it_was_saved,
        the_same_definition_is_no_new_version,
        workflows_come_by_name_and_each_project_has_its_own,
        versions_that_are_saved_at_once_are_all_kept,
    }
    graphs {
        a_run_is_made_with_its_missions_and_their_edges,
        a_refused_run_leaves_nothing,
        a_launch_sent_again_is_answered_again,
        other_branches_run_on_after_a_failure,
        a_step_that_may_fail_is_done_when_it_has,
        runs_come_newest_first_and_each_project_has_its_own,
        what_steps_have_found_is_told_by_their_keys,
        results_are_read_as_long_as_there_is_room,
        a_join_is_let_go_once_by_a_thousand,
        the_tally_is_that_of_the_missions_at_every_step,
    }
    asking_runs {
        a_paused_run_hands_out_nothing,
        what_comes_back_into_a_paused_run_stays_out,
        what_was_asked_last_of_a_run_holds,
        a_cancelled_run_ends_with_all_that_is_below_it,
        a_retry_of_a_run_takes_what_is_broken_alone,
        a_cancelled_run_can_be_retried_as_a_whole,
        a_retry_that_comes_back_retries_nothing_twice,
        a_retry_on_the_heels_of_a_cancel_means_what_that_calls_off,
        what_is_asked_again_before_it_has_begun_is_done_once,
        a_run_leaves_with_the_last_of_its_missions,
    }
    editing {
        an_edit_names_the_revision_it_has_seen,
        progress_is_no_edit,
        a_held_mission_is_not_claimed_until_it_is_approved,
        a_new_priority_moves_a_mission_to_another_lane,
    }
    timing {
        a_scheduled_mission_is_not_claimed_before_its_time,
        a_back_off_keeps_a_mission_for_its_time,
        a_mission_that_waits_too_long_expires,
        a_silent_lease_is_lost,
        an_attempt_that_runs_too_long_times_out,
        what_is_due_is_told_in_portions,
    }
    leasing {
        a_renewal_extends_every_lease_by_its_length,
        a_renewal_is_no_change_of_the_mission,
        a_renewal_tells_cancelled_from_lost,
        a_late_renewal_still_counts_while_nobody_has_looked,
    }
    claiming {
        the_more_urgent_come_first_and_the_older_among_equals,
        what_has_waited_for_a_period_is_one_priority_more_urgent,
        fairness_keys_take_turns,
        an_agent_takes_only_what_it_can_do,
        an_agent_takes_only_kinds_that_it_performs,
        claimants_are_served_in_their_order,
        a_claim_begins_an_attempt_under_a_lease,
        what_is_driven_from_outside_is_never_claimed,
        a_claim_that_wants_more_than_there_is_takes_all,
        what_was_approved_late_goes_before_what_is_younger,
        what_has_expired_keeps_nobody_behind_it_waiting,
        when_to_ask_again_is_told_whatever_stands_in_front,
        arriving_work_wakes_whoever_waits,
    }
    capacity {
        an_agent_never_holds_more_than_it_may,
        calls_of_one_agent_share_its_capacity,
        claims_at_once_do_not_exceed_an_agents_capacity,
        an_agent_that_is_not_on_duty_gets_nothing,
        nothing_is_handed_out_once_a_drain_is_answered,
        an_ended_lease_wakes_whoever_waits,
    }
    limits {
        a_kind_runs_no_more_than_its_limit,
        a_concurrency_key_runs_one_at_a_time_by_default,
        a_queue_may_let_more_of_one_key_run,
        what_was_started_from_outside_counts,
        a_paused_kind_or_project_hands_out_nothing,
        queues_tell_what_is_set_and_how_many_run,
        a_change_of_a_queue_leaves_the_rest_and_says_whose_it_is,
        a_kind_for_which_nothing_is_set_is_not_kept,
        a_changed_queue_wakes_whoever_waits,
        what_waits_is_told_apart,
    }
    racing {
        many_agents_never_get_one_mission_twice,
        one_end_wins_among_many,
        a_limit_holds_among_many_agents,
        a_limit_holds_for_all_agents_of_one_claim_together,
        commands_of_one_caller_keep_their_order,
    }
    explaining {
        ready_is_what_the_next_claim_takes,
        a_place_is_counted_as_far_as_it_matters,
    }
    asking {
        an_entry_tells_who_asked,
        an_entry_tells_why_and_in_which_attempt,
        a_reason_is_kept_in_short,
        a_reason_for_what_is_no_failure_is_told,
    }
    failing {
        what_failed_alike_stands_together,
        what_is_retried_or_discarded_leaves_its_group,
    }
    choosing {
        a_preview_names_just_what_was_chosen,
        a_preview_is_found_by_nobody_else_and_not_for_long,
        old_previews_leave,
        what_has_changed_since_it_was_seen_is_left_alone,
        what_only_reports_progress_has_not_changed,
        what_was_chosen_is_done_once,
    }
    journalling {
        entries_are_numbered_from_one_without_holes,
        a_change_has_its_place_once_it_is_answered,
        versions_of_a_mission_have_no_holes,
        pages_meet_without_overlap,
        a_waiting_reader_is_woken,
        the_journal_adds_up_to_the_tables,
        slices_add_up_to_the_tables,
        nothing_is_removed_and_the_epoch_stands,
    }
    retaining {
        old_entries_leave_and_places_stay,
        entries_that_a_reader_needs_stay,
        processes_that_remove_at_once_remove_each_entry_once,
        a_reader_behind_what_is_kept_is_told_so,
        old_lines_leave_and_numbers_go_on,
        old_answers_leave,
        old_minutes_leave,
    }
    leaving {
        what_is_over_leaves_and_stays_counted,
        with_a_mission_leaves_all_that_is_its_own,
        a_tree_leaves_as_a_whole,
        a_large_tree_leaves_in_several_steps,
        what_others_need_stays,
        a_large_tree_stays_whole_while_others_need_one_of_it,
        each_project_is_told_of_its_own,
    }
    departing {
        what_is_retried_meanwhile_stays,
        processes_that_remove_missions_at_once_count_each_once,
        counters_are_right_whenever_missions_leave,
        lanes_leave_when_they_have_long_been_empty,
        nothing_is_lost_while_lanes_come_and_go,
        a_mission_moves_out_of_a_lane_that_has_another_number,
        an_edit_leaves_a_mission_in_a_lane_that_has_another_number,
    }
    remembering {
        a_minute_is_noted_once_whoever_notes_it,
        a_store_knows_how_much_it_takes,
        history_comes_in_steps,
    }
    analysing {
        ended_missions_are_told_in_groups,
        a_span_and_its_bounds_hold,
    }
    templating {
        a_template_reads_back_as_it_was_made,
        templates_come_by_name_in_pages,
        a_name_is_taken_once_whoever_asks,
        a_change_names_the_revision_it_has_seen,
        results_are_measured_as_far_as_they_are_numbers,
    }
    scheduling {
        a_schedule_reads_back_as_it_was_made,
        a_change_leaves_what_it_does_not_name_of_a_schedule,
        what_is_due_is_told_by_the_clock_of_the_store,
    }
    ticking {
        a_tick_is_decided_about_once,
        what_was_changed_meanwhile_is_not_decided_about,
        a_tick_is_settled_once_and_fired_wins,
        what_keeps_failing_comes_to_rest,
        old_ticks_leave_but_not_what_is_to_be_fired,
        a_receipt_stays_while_its_tick_is_to_be_fired,
    }
    checkpoints {
        a_saved_projection_reads_back,
    }
    writing_together {
        every_reader_sees_the_same_order_without_gaps,
        what_was_seen_durable_comes_first,
    }
    reopening {
        everything_is_there_after_opening_again,
        the_journal_goes_on_where_it_was,
        a_lease_outlives_the_process,
    }
    listing {
        every_filter_keeps_what_it_names,
        every_order_is_total_both_ways,
        a_count_stops_at_its_cap,
        several_missions_are_read_at_once,
    }
    walking {
        a_walk_skips_and_repeats_nothing_while_missions_arrive,
        a_walk_along_equal_values_skips_nothing,
    }
    searching {
        a_search_finds_text_wherever_it_stands,
        a_search_takes_every_letter_as_it_is,
    }
    logging {
        lines_come_in_the_order_in_which_they_were_written,
        lines_are_told_apart_by_level,
        a_line_is_fenced_like_any_write,
        writers_side_by_side_lose_no_line,
        who_follows_the_lines_misses_none,
    }
    attempts {
        every_attempt_is_remembered_and_the_one_under_way_is_shown,
    }
    agents {
        the_same_name_is_the_same_agent,
        what_an_agent_says_anew_is_kept,
        an_operators_decision_survives_heartbeats,
        a_silent_agent_is_told_of_and_comes_back,
        an_agent_that_runs_missions_is_not_removed,
        agents_of_a_project_come_by_name,
        many_at_once_register_one_agent,
    }
    people {
        a_person_reads_back_as_they_were_made,
        a_login_is_taken_once_whoever_asks,
        there_are_as_many_people_as_may_be,
        a_change_leaves_what_it_does_not_name,
        the_last_administrator_stays,
        two_changes_at_once_leave_one_administrator,
        of_many_changes_at_once_one_stands,
        what_was_seen_is_compared_with_what_is,
    }
    sessions {
        a_session_lets_its_person_in,
        a_session_of_the_settings_names_its_token,
        a_session_is_over_when_it_is_not_used,
        a_session_is_over_at_every_door_at_once,
        a_use_is_never_noted_backwards,
        a_session_that_was_ended_is_over,
        a_change_of_a_person_ends_their_sessions,
        who_is_kept_out_does_not_come_in,
        of_too_many_sessions_the_oldest_end,
        sessions_are_told_newest_first,
        what_has_long_been_over_leaves,
    }
    tokens {
        a_token_lets_its_bearer_in,
        a_token_never_does_more_than_its_owner_may,
        what_the_settings_made_names_their_token,
        a_token_is_over_at_its_time,
        a_session_of_a_token_ends_with_it,
        a_revoked_token_is_nobodys,
        tokens_are_told_newest_first,
        there_are_as_many_tokens_of_one_owner_as_may_be,
    }
    projects {
        projects_are_told_in_order_of_their_names,
        a_project_is_made_once_whoever_asks,
        there_are_as_many_projects_as_may_be,
    }
    making {
        what_is_made_under_a_key_is_made_once,
        what_is_refused_leaves_its_key_free,
        of_many_who_ask_at_once_under_one_key_one_makes_it,
    }
    revoking {
        whatever_takes_something_raises_the_revision,
        a_revocation_and_its_revision_are_seen_together,
        a_session_begins_before_a_change_of_its_person_or_after,
        people_and_credentials_outlive_the_process,
    }
};
