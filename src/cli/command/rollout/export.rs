//! `regather rollout export`: a plan for those who carry it out with other tools.

use super::from_plan;
use crate::base::units;
use crate::cli::error::{CommandError, Kind};
use crate::cli::exit::Exit;
use crate::cli::printer::Printer;
use crate::config::bundle::rollout::{Form, RolloutExportError, export};
use crate::desk::rollout::reach::Later;
use crate::push::plan::Plan;
use crate::push::source::exported;
use serde_json::json;
use std::path::PathBuf;

/// Arguments of `rollout export`.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// Plan, as `rollout plan` wrote it
    #[arg(value_name = "PLAN")]
    plan: PathBuf,
    /// What it becomes
    #[arg(long = "as", value_enum)]
    form: As,
    /// Folder to write to; for zip and csv the file
    #[arg(short, long, value_name = "FOLDER|FILE")]
    out: PathBuf,
    /// Print JSON, and errors as JSON too
    #[arg(long)]
    json: bool,
}

/// What a plan becomes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
enum As {
    /// Packages and target lists per wave for ThingWorx SCM
    Scm,
    /// Every file of every device, by wave
    Folder,
    /// The same as one archive
    Zip,
    /// Inventory, playbook with a play per wave, files
    Ansible,
    /// Maps of settings (`ConfigMap`), and patches of workloads by wave
    Kubernetes,
    /// The list of devices with wave and hashes
    Csv,
}

/// Exports a plan.
pub fn run(args: &Args, printer: &Printer) -> Result<Exit, CommandError> {
    let plan = Plan::read(&args.plan).map_err(|error| from_plan(&error))?;
    let form = match args.form {
        As::Scm => Form::Scm,
        As::Folder => Form::Folder,
        As::Zip => Form::Zip,
        As::Ansible => Form::Ansible,
        As::Kubernetes => Form::Kubernetes,
        As::Csv => Form::Csv,
    };
    let later = Later::new(plan.request().inputs.clone());
    let files = &later.get().map_err(CommandError::input)?.files;
    let (rollout, mut texts) = exported(&plan, files);
    let done = export(&rollout, form, &mut texts, &args.out).map_err(|error| {
        let kind = if matches!(error, RolloutExportError::File(_)) { Kind::Output } else { Kind::Input };
        CommandError::new(kind, format!("{error}."))
    })?;
    if args.json {
        let written: Vec<_> = done.written.iter().map(|path| path.display().to_string()).collect();
        printer.json(&json!({
            "schema": "regather/rollout-export/1",
            "plan": rollout.plan,
            "waves": plan.sizes(),
            "written": written,
            "unchanged": done.unchanged,
        }))?;
    } else {
        printer.text(&format!(
            "{} files written, {} were there already: {}\n",
            units::count(done.written.len() as u64),
            units::count(done.unchanged as u64),
            args.out.display()
        ))?;
    }
    if form.holds_secrets() {
        printer.note(
            "The files hold the devices' secrets: keep them where only those may read them who should.",
        );
    }
    Ok(Exit::Done)
}
