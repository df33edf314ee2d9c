//! `regather schema`: prints the JSON Schema of a file format.

use crate::cli::error::CommandError;
use crate::cli::exit::Exit;
use crate::cli::files::kind_of;
use crate::cli::printer::Printer;
use crate::config::{Layout, Mapping, schemas};
use crate::fleet::{AgentKind, file};
use crate::report::{answers, clusters, compared, result, timeline};
use serde_json::{Map, Value};

/// Arguments of `regather schema`.
#[derive(Debug, clap::Args)]
#[command(before_help = "\
Examples:
  regather schema > project.schema.json      for editors that complete and check
  regather schema result                     what `simulate --json` prints
  regather schema agent-files --agent ems    the files that agents of a kind read")]
pub struct Args {
    /// Which format
    #[arg(value_enum, default_value = "project")]
    format: Format,
    /// Agent kind whose files are described; without it all that have JSON files
    #[arg(long, value_name = "KIND")]
    agent: Option<String>,
    /// Print errors as JSON too
    #[arg(long)]
    json: bool,
}

/// A file format.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
enum Format {
    /// Project files
    Project,
    /// Results of `simulate --json`
    Result,
    /// Grids of `sweep --json`
    Sweep,
    /// What matters, of `sweep --tornado --json`
    Tornado,
    /// Answers of `solve --json` and `recommend --json`
    Solution,
    /// Differences of `compare --json`
    Compare,
    /// Clusters of `clusters --json`
    Clusters,
    /// Timelines of `timeline --json`
    Timeline,
    /// Measurements of `rehearse --json`
    #[cfg(feature = "live")]
    Rehearsal,
    /// Standings of roll-outs, as `rollout status --json` and others print
    #[cfg(feature = "push")]
    Rollout,
    /// Answers of `rollout plan --json`
    #[cfg(feature = "push")]
    RolloutPlan,
    /// Plans of roll-outs, as `rollout plan` writes
    #[cfg(feature = "push")]
    RolloutFile,
    /// JSON files of agents, by kind and name
    AgentFiles,
}

/// Runs the subcommand.
pub(super) fn run(args: &Args, printer: &Printer) -> Result<Exit, CommandError> {
    printer.json(&match args.format {
        Format::Project => file::schema(),
        Format::Result => result::result_schema(),
        Format::Sweep => answers::sweep_schema(),
        Format::Tornado => answers::tornado_schema(),
        Format::Solution => answers::solution_schema(),
        Format::Compare => compared::compared_schema(),
        Format::Clusters => clusters::clusters_schema(),
        Format::Timeline => timeline::timeline_schema(),
        #[cfg(feature = "live")]
        Format::Rehearsal => super::rehearse::rehearsal_schema(),
        #[cfg(feature = "push")]
        Format::Rollout => super::rollout::rollout_schema(),
        #[cfg(feature = "push")]
        Format::RolloutPlan => super::rollout::plan_schema(),
        #[cfg(feature = "push")]
        Format::RolloutFile => super::rollout::plan_file_schema(),
        Format::AgentFiles => agent_files(args.agent.as_deref())?,
    })?;
    Ok(Exit::Done)
}

/// Returns the schemas of one kind's files, or of every kind's.
fn agent_files(kind: Option<&str>) -> Result<Value, CommandError> {
    let kinds = match kind {
        Some(word) => vec![kind_of(word)?],
        None => AgentKind::ALL.to_vec(),
    };
    let mut all = Map::new();
    for kind in kinds {
        let schemas = schemas(&Layout::of(kind, &Mapping::default()));
        if schemas.as_object().is_some_and(|files| !files.is_empty()) {
            all.insert(kind.word().to_owned(), schemas);
        }
    }
    Ok(Value::Object(all))
}
