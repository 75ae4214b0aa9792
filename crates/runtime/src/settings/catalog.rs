//! The one table of settings: a new setting is a new row here, and nothing else.

use std::net::IpAddr;
use std::num::NonZeroU32;
use std::path::PathBuf;
use std::time::Duration;

use mission_control_kernel::ProjectId;
use tracing_subscriber::filter::Targets;

use super::layer::Reader;
use super::parse;
use super::setting::{Setting, declare_settings};
use super::words::{Environment, HostName, LogFormat, Network, WebOrigin};
use crate::Secret;

declare_settings! {
    /// What a process was told, parsed; a field stands here exactly if its row does.
    pub struct Settings {
        /// The settings file; if none is named, config.toml in the data folder if there is one.
        CONFIG => config: Option<PathBuf> = parse::path,
            Setting::new("config", "FILE").flag("config").variable(&["MISSION_CONTROL_CONFIG"])
                .never_in_file();

        /// The environment: development, or production, which insists on a secret key.
        ENVIRONMENT => environment: Environment = parse::environment,
            Setting::new("environment", "WORD").flag("environment").variable(&["ENVIRONMENT"])
                .default("development");

        /// The address to listen on; one that is not loopback needs a secret key and allowed hosts.
        HOST => host: IpAddr = parse::host,
            Setting::new("host", "ADDRESS").flag("host").variable(&["MISSION_DASHBOARD_HOST"])
                .default("127.0.0.1")
                .server_only();

        /// The port to listen on; 0 takes any that is free.
        PORT => port: u16 = parse::port,
            Setting::new("port", "PORT").flag("port").variable(&["MISSION_DASHBOARD_PORT"])
                .default("5002")
                .server_only();

        /// The names by which clients reach the server, separated by commas, without ports.
        ALLOWED_HOSTS => allowed_hosts: Vec<HostName> = parse::host_names,
            Setting::new("allowed_hosts", "NAMES").flag("allowed-hosts")
                .variable(&["MISSION_CONTROL_ALLOWED_HOSTS"])
                .server_only();

        /// Other origins whose pages may use the API with a token and read the answers (CORS), separated
        /// by commas, each in full.
        ALLOWED_ORIGINS => allowed_origins: Vec<WebOrigin> = parse::origins,
            Setting::new("allowed_origins", "ORIGINS").flag("allowed-origins")
                .variable(&["MISSION_CONTROL_ALLOWED_ORIGINS"])
                .server_only();

        /// The reverse proxies, as addresses or networks separated by commas, whose Forwarded or
        /// X-Forwarded-For is believed; nobody else's is.
        TRUSTED_PROXIES => trusted_proxies: Vec<Network> = parse::networks,
            Setting::new("trusted_proxies", "NETWORKS").flag("trusted-proxies")
                .variable(&["MISSION_CONTROL_TRUSTED_PROXIES"])
                .server_only();

        /// How many requests a minute an address, or an IPv6 /64, may send without a good credential, as
        /// many at once; 0 is no limit.
        ANONYMOUS_RATE => anonymous_rate: Option<NonZeroU32> = parse::rate,
            Setting::new("anonymous_rate", "NUMBER").flag("anonymous-rate")
                .variable(&["MISSION_CONTROL_ANONYMOUS_RATE"]).default("100").server_only();

        /// The same for each person with all their tokens; agents and work under a lease have no limit.
        PRINCIPAL_RATE => principal_rate: Option<NonZeroU32> = parse::rate,
            Setting::new("principal_rate", "NUMBER").flag("principal-rate")
                .variable(&["MISSION_CONTROL_PRINCIPAL_RATE"]).default("6000").server_only();

        /// The key that signs cursors, at least 32 characters, which replicas share; if none is given in
        /// development, one is made in the data folder.
        SECRET_KEY => secret_key: Option<Secret> = parse::secret_key,
            Setting::secret("secret_key", &["MISSION_DASHBOARD_SECRET_KEY"])
                .server_only();

        /// The token of the administrator, for programs and for the login page, at least 32 characters.
        ADMIN_TOKEN => admin_token: Option<Secret> = parse::admin_token,
            Setting::secret("admin_token", &["MISSION_CONTROL_ADMIN_TOKEN"])
                .server_only();

        /// Asks nobody who they are: everyone who reaches the address may do everything. Only on a
        /// loopback address, without allowed_hosts and trusted_proxies, and never in production.
        NO_AUTH => no_auth: bool = parse::truth,
            Setting::switch("no_auth").flag("no-auth").variable(&["MISSION_CONTROL_NO_AUTH"])
                .server_only();

        /// The folder of the database, keys and logs, made if it is missing.
        DATA_DIR => data_dir: PathBuf = parse::needed_path,
            Setting::new("data_dir", "FOLDER").flag("data-dir")
                .variable(&["MISSION_CONTROL_DATA_DIR"]).default("./data");

        /// The PostgreSQL database; if none is given, SQLite in the data folder.
        POSTGRES_DSN => postgres_dsn: Option<Secret> = parse::postgres_dsn,
            Setting::secret("postgres_dsn", &["POSTGRES_DSN", "DATABASE_URL"]);

        /// The projects that the worker serves, separated by commas.
        PROJECTS => projects: Vec<ProjectId> = parse::projects,
            Setting::new("projects", "NAMES").flag("projects")
                .variable(&["MISSION_CONTROL_PROJECTS"]).default("default");

        /// Runs no worker in this process.
        NO_WORKER => no_worker: bool = parse::truth,
            Setting::switch("no_worker").flag("no-worker").variable(&["MISSION_CONTROL_NO_WORKER"])
                .server_only();

        /// Tells the workers of one machine apart, also after a restart; if none is given, a server takes
        /// its port, and a worker of its own what it keeps in the data folder.
        INSTANCE => instance: Option<String> = parse::instance,
            Setting::new("instance", "NAME").flag("instance")
                .variable(&["MISSION_CONTROL_INSTANCE"]);

        /// How many missions the worker runs at once, 1 to 1000.
        WORKER_CONCURRENCY => worker_concurrency: u32 = parse::concurrency,
            Setting::new("worker_concurrency", "NUMBER").flag("worker-concurrency")
                .variable(&["MISSION_CONTROL_WORKER_CONCURRENCY"]).default("4");

        /// The file of executor profiles (TOML).
        PROFILES => profiles: Option<PathBuf> = parse::path,
            Setting::new("profiles", "FILE").flag("profiles")
                .variable(&["MISSION_CONTROL_PROFILES"]);

        /// How long an attempt may be silent before it is taken back, 1 to 3600 seconds.
        LEASE => lease: Duration = parse::lease,
            Setting::new("lease_seconds", "SECONDS").flag("lease-seconds")
                .variable(&["MISSION_CONTROL_LEASE_SECONDS"]).default("15");

        /// The wait that raises a mission's priority by one step, in seconds; 0 never raises it.
        AGEING => ageing: Option<Duration> = parse::ageing,
            Setting::new("ageing_seconds", "SECONDS").flag("ageing-seconds")
                .variable(&["MISSION_CONTROL_AGEING_SECONDS"]).default("600");

        /// How many attempts of an agent that ended by themselves say something about it; with fewer its
        /// tier is STANDARD. Where tiers begin is for each house to say: these are our defaults.
        TIER_ATTEMPTS => tier_attempts: u32 = parse::tier_attempts,
            Setting::new("tier_attempts", "NUMBER").flag("tier-attempts")
                .variable(&["MISSION_CONTROL_TIER_ATTEMPTS"]).default("5").server_only();

        /// An agent of whose attempts so many percent were completed, or more, is ELITE.
        TIER_ELITE => tier_elite: u32 = parse::percent,
            Setting::new("tier_elite_percent", "PERCENT").flag("tier-elite-percent")
                .variable(&["MISSION_CONTROL_TIER_ELITE_PERCENT"]).default("95").server_only();

        /// An agent of whose attempts fewer percent than this were completed is on PROBATION.
        TIER_PROBATION => tier_probation: u32 = parse::percent,
            Setting::new("tier_probation_percent", "PERCENT").flag("tier-probation-percent")
                .variable(&["MISSION_CONTROL_TIER_PROBATION_PERCENT"]).default("85").server_only();

        /// Fills the control room with life, in the folder demo below the data folder, on SQLite;
        /// remove that folder to be rid of it.
        DEMO => demo: bool = parse::truth,
            Setting::switch("demo").flag("demo").variable(&["MISSION_CONTROL_DEMO"])
                .server_only();

        /// The number that the demo draws everything from; if none is given, another each time.
        DEMO_SEED => demo_seed: Option<u64> = parse::seed,
            Setting::new("demo_seed", "NUMBER").flag("demo-seed")
                .variable(&["MISSION_CONTROL_DEMO_SEED"])
                .server_only();

        /// Where the files of the page are read from each time, to see changes to them at once; if none
        /// is named, those in the binary.
        WEB_DIR => web_dir: Option<PathBuf> = parse::path,
            Setting::new("web_dir", "FOLDER").flag("web-dir")
                .variable(&["MISSION_CONTROL_WEB_DIR"])
                .server_only();

        /// How many days missions are kept that are over, with their attempts and lines; 0 keeps them
        /// for ever. What failed stays until it is retried or discarded. Counters are of all time.
        KEEP_MISSIONS => keep_missions: Option<Duration> = parse::days,
            Setting::new("keep_missions_days", "DAYS").flag("keep-missions-days")
                .variable(&["MISSION_CONTROL_KEEP_MISSIONS_DAYS"]).default("30").server_only();

        /// How many days the journal is kept; 0 keeps it for ever.
        KEEP_JOURNAL => keep_journal: Option<Duration> = parse::days,
            Setting::new("keep_journal_days", "DAYS").flag("keep-journal-days")
                .variable(&["MISSION_CONTROL_KEEP_JOURNAL_DAYS"]).default("7").server_only();

        /// How many days the log lines of missions are kept; 0 keeps them for ever.
        KEEP_LOGS => keep_logs: Option<Duration> = parse::days,
            Setting::new("keep_logs_days", "DAYS").flag("keep-logs-days")
                .variable(&["MISSION_CONTROL_KEEP_LOGS_DAYS"]).default("7").server_only();

        /// How many days the metrics of each minute are kept; 0 keeps them for ever.
        KEEP_METRICS => keep_metrics: Option<Duration> = parse::days,
            Setting::new("keep_metrics_days", "DAYS").flag("keep-metrics-days")
                .variable(&["MISSION_CONTROL_KEEP_METRICS_DAYS"]).default("365").server_only();

        /// How many hours the answer to an idempotency key is kept; 0 keeps it for ever.
        KEEP_RECEIPTS => keep_receipts: Option<Duration> = parse::hours,
            Setting::new("keep_receipts_hours", "HOURS").flag("keep-receipts-hours")
                .variable(&["MISSION_CONTROL_KEEP_RECEIPTS_HOURS"]).default("24").server_only();

        /// What is logged, such as warn,mission_control=debug.
        LOG_FILTER => log_filter: Targets = parse::log_filter,
            Setting::new("log_filter", "FILTER").flag("log-filter").variable(&["RUST_LOG"])
                .default("info");

        /// How a log line looks: text or json.
        LOG_FORMAT => log_format: LogFormat = parse::log_format,
            Setting::new("log_format", "WORD").flag("log-format")
                .variable(&["MISSION_CONTROL_LOG_FORMAT"]).default("text").in_production("json");

        /// A file that gets every log line too; SIGHUP opens it anew.
        LOG_FILE => log_file: Option<PathBuf> = parse::path,
            Setting::new("log_file", "FILE").flag("log-file")
                .variable(&["MISSION_CONTROL_LOG_FILE"]);
    }
}
