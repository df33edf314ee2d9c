//! Roll-outs on the desk: wishes and orders carried out, and what the clerk brings taken in.

use super::clerk::{Ask, Clerk, News};
use super::making::{self, Made, Wanted};
use super::place::{Place, write_log};
use super::reach::Later;
use super::standing::is_count;
use super::{Making, Open, Opening, Refused};
use crate::base::file::write_atomic;
use crate::base::{Severity, units};
use crate::desk::command::{RolloutCommand, UserCommand};
use crate::desk::transfer::Work;
use crate::desk::{Desk, inbox};
use crate::push::machine::Order;
use crate::push::plan::{Inputs, Plan};
use crate::push::state::{State, Status};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

/// How long the end of a session waits for what is being done to devices.
const PATIENCE: Duration = Duration::from_secs(20);
/// Longest wait for the first look at a roll-out that was opened.
const FIRST_LOOK: Duration = Duration::from_secs(5);

impl Desk {
    /// Carries out a command about roll-outs.
    pub(in crate::desk) fn apply_rollout(&mut self, command: RolloutCommand) {
        match command {
            RolloutCommand::Fill(form) => self.rollout.form = *form,
            RolloutCommand::Name(who) => self.rollout.who = who,
            RolloutCommand::Make(path) => self.make_plan(&inbox::absolute(&path)),
            RolloutCommand::TakeOver(name) => self.take_over(name.trim()),
            RolloutCommand::LeaveRefused => self.rollout.refused = None,
            RolloutCommand::Open(path) => self.open_rollout(&inbox::absolute(&path)),
            RolloutCommand::Close => self.close_rollout(),
            RolloutCommand::Approve(hash) => {
                self.ask_clerk(|who| Ask::Approve { who, hash: hash.trim().to_owned() });
            }
            RolloutCommand::Start { typed } => {
                let Some(open) = &self.rollout.open else { return };
                let devices = open.picture.served();
                self.confirmed(&typed, devices, Order::Start);
            }
            RolloutCommand::RollBack { scope, urgent, typed } => {
                let Some(open) = &self.rollout.open else { return };
                let devices = open.picture.touched(scope);
                self.confirmed(&typed, devices, Order::RollBack { scope, urgent });
            }
            RolloutCommand::Pause => self.order(Order::Pause),
            RolloutCommand::Resume => self.order(Order::Resume),
            RolloutCommand::Stop => self.order(Order::Stop),
            RolloutCommand::Retry { classes } => self.order(Order::Retry { classes }),
            RolloutCommand::Look => self.order(Order::Look),
            RolloutCommand::Restart(device) => self.order(Order::Restart { device }),
            RolloutCommand::ShowDevice(device) => self.show_rollout_device(device),
            RolloutCommand::SaveDevices(path) => self.save_devices(inbox::absolute(&path)),
            RolloutCommand::SaveLog(path) => self.save_log(inbox::absolute(&path)),
            RolloutCommand::Leave => {
                self.rollout.closing = true;
                if let Some(open) = &mut self.rollout.open {
                    open.clerk.leave();
                }
                let text = "The roll-out pauses: what is being done to devices is ended, then the window closes. Close it again to wait no longer.";
                self.say(Severity::Warning, text, None);
            }
        }
    }

    /// Gives an order once the number of devices was typed.
    fn confirmed(&mut self, typed: &str, devices: u32, order: Order) {
        if devices == 0 {
            let text = "No device would be touched, so nothing was ordered.";
            return self.say(Severity::Info, text, None);
        }
        if !is_count(typed, devices) {
            let text = format!(
                "`{}` is not the number of devices ({}), so nothing was done. Type it to confirm.",
                typed.trim(),
                units::count(devices.into())
            );
            return self.say(Severity::Warning, text, None);
        }
        self.order(order);
    }

    fn order(&mut self, order: Order) {
        let keys = self.rollout.keys();
        if let Some(open) = &mut self.rollout.open {
            open.trouble = None;
        }
        self.ask_clerk(|who| Ask::Order { order, who, keys });
    }

    /// Asks the clerk for something in somebody's name.
    fn ask_clerk(&mut self, ask: impl FnOnce(String) -> Ask) {
        let who = self.rollout.who.trim().to_owned();
        let Some(open) = &self.rollout.open else {
            return self.say(
                Severity::Warning,
                "No roll-out is open, so nothing was ordered. Open one first.",
                None,
            );
        };
        let ask = ask(who.clone());
        // Whoever stops it may do so without a name.
        let stops = matches!(ask, Ask::Order { order: Order::Stop | Order::Pause, .. });
        if who.is_empty() && !stops {
            let text = "The log names who ordered what, and your name is not known. Fill it in first.";
            return self.say(Severity::Warning, text, None);
        }
        if !open.clerk.ask(ask) {
            let text = "The roll-out is being closed, so nothing was ordered. Open it again.";
            self.say(Severity::Error, text, None);
        }
    }

    /// Makes a plan in the background.
    fn make_plan(&mut self, path: &Path) {
        let making = match self.wanted_plan(path) {
            Ok(making) => making,
            Err(sentence) => return self.say(Severity::Error, sentence, None),
        };
        self.rollout.refused = None;
        self.begin(Work::Plan, move |reins| {
            let made = making::make(&making.wanted, &mut |done| reins.going(done, None), reins.stop_flag());
            let stopped = !reins.going(0, None);
            let made = made.and_then(|made| {
                if !stopped && made.plan.may_start().is_ok() {
                    made.plan.write(&making.path).map_err(|error| error.to_string())?;
                }
                Ok(made)
            });
            Box::new(move |desk| desk.plan_made(made, &making.path, stopped))
        });
    }

    /// Returns what a plan is made of.
    ///
    /// # Errors
    /// Why none can be made, in a sentence.
    fn wanted_plan(&self, path: &Path) -> Result<Making, String> {
        let form = &self.rollout.form;
        let groups = self.project.document.file().group_ids().map(str::to_owned).collect();
        if let Some((field, sentence)) = form.error(groups) {
            return Err(format!("There is no plan yet. {}: {sentence}", field.label()));
        }
        if self.project.unsaved() {
            return Err("The project is not saved, and files are made from it again when they are sent. Save it first.".to_owned());
        }
        let text = |path: &Path| {
            let text = path.to_str().map(str::to_owned);
            text.ok_or_else(|| {
                format!("The plan would have to name a path that is no text: {}.", path.display())
            })
        };
        let project = match (&self.project.path, &self.project.example) {
            (Some(path), _) => text(path)?,
            (None, Some(example)) => format!("example:{example}"),
            (None, None) => {
                return Err("The project has no file, and files are made from it again when they are sent. Save it first.".to_owned());
            }
        };
        let compared = self.project.agents.compared.as_ref();
        let sentence = |error: super::terms::TermError| error.to_string();
        let journal = Place::new(path).journal();
        if journal.exists() {
            return Err(format!(
                "There is the journal of a roll-out beside this file, and another plan would not belong to it. Choose another name: `{}`",
                journal.display()
            ));
        }
        let wanted = Wanted {
            inputs: Inputs {
                project,
                scenario: self.project.document.active().map(str::to_owned),
                mapping: None,
                has: compared.map(|compared| text(&compared.from)).transpose()?,
                devices: None,
            },
            way: form.way().map_err(sentence)?,
            keys: self.rollout.keys(),
            at: form.text(super::terms::Field::At).to_owned(),
            jump: Some(form.text(super::terms::Field::Jump).to_owned()).filter(|jump| !jump.is_empty()),
            path: form.text(super::terms::Field::Path).to_owned(),
            as_generated: form.as_generated,
            look: form.look,
            terms: form.terms().map_err(sentence)?,
        };
        Ok(Making { wanted, path: path.to_owned() })
    }

    /// Takes in a plan that was made and written, or keeps it until somebody takes it over.
    fn plan_made(&mut self, made: Result<Made, String>, path: &Path, stopped: bool) {
        let made = match made {
            _ if stopped => {
                return self.say(
                    Severity::Info,
                    "Planning the roll-out was cancelled; nothing was written.",
                    None,
                );
            }
            Ok(made) => made,
            Err(sentence) => {
                return self.say(Severity::Error, format!("There is no plan. {sentence}"), None);
            }
        };
        for note in &made.notes {
            self.say(Severity::Warning, note.clone(), None);
        }
        if let Err(error) = made.plan.may_start() {
            let text = "The plan would overload the platform, so it was not written. Slow it down, or take it over by name.";
            self.say(Severity::Warning, text, Some(UserCommand::ScreenRollout));
            let reason = error.to_string();
            self.rollout.refused = Some(Refused { plan: Arc::new(made.plan), path: path.to_owned(), reason });
            return;
        }
        self.plan_written(&made.plan, path);
    }

    fn plan_written(&mut self, plan: &Plan, path: &Path) {
        let devices = units::count(u64::from(plan.sizes().iter().sum::<u32>()));
        let text =
            format!("Wrote the plan for {devices} devices to {}. Nothing is begun yet.", Self::shown(path));
        self.say(Severity::Info, text, Some(UserCommand::ScreenRollout));
        self.open_rollout(path);
    }

    /// Takes over a plan that would overload the platform.
    fn take_over(&mut self, name: &str) {
        if name.is_empty() {
            let text = "An overload is taken over by name, so nothing was written. Fill in your name.";
            return self.say(Severity::Warning, text, None);
        }
        let Some(Refused { plan, path, .. }) = self.rollout.refused.clone() else { return };
        let name = name.to_owned();
        self.begin(Work::Plan, move |_| {
            let written = Plan::clone(&plan).taken_over_by(&name).and_then(|plan| {
                plan.write(&path)?;
                Ok(plan)
            });
            Box::new(move |desk| match written {
                Ok(plan) => {
                    desk.rollout.refused = None;
                    desk.plan_written(&plan, &path);
                }
                // It stays until it can be written.
                Err(error) => desk.say(Severity::Error, error.to_string(), None),
            })
        });
    }

    /// Opens a roll-out to look at it; the one that is open stays until the other is read.
    pub(in crate::desk) fn open_rollout(&mut self, path: &Path) {
        let place = Place::new(path);
        match Clerk::start(place.clone(), Arc::clone(&self.wake)) {
            Ok(clerk) => self.rollout.opening = Some(Opening { place, clerk }),
            Err(sentence) => self.say(Severity::Error, sentence, None),
        }
    }

    /// Takes in what the clerk of a roll-out that is being opened has read.
    fn opened(&mut self, news: News) {
        let Some(Opening { place, clerk }) = self.rollout.opening.take() else { return };
        let picture = match news {
            News::Picture(picture) => picture,
            News::Failed(sentence) | News::Said(sentence) => {
                return self.say(Severity::Error, sentence, None);
            }
            News::Log(..) => return,
        };
        self.close_rollout();
        self.settings.rollout = Some(place.path().to_owned());
        let open = Open {
            place,
            clerk,
            later: Arc::new(Later::new(picture.plan.request().inputs.clone())),
            picture,
            trouble: None,
            device: None,
            log: Vec::new(),
            files: None,
            files_task: crate::desk::devices::Task::default(),
            told: None,
        };
        self.rollout.open = Some(open);
    }

    /// Shows again the roll-out that was open when the program ended. Nothing goes on by itself.
    pub(in crate::desk) fn reopen_rollout(&mut self) {
        let Some(path) = self.settings.rollout.clone() else { return };
        if path.exists() || Place::new(&path).journal().exists() {
            self.open_rollout(&path);
        } else {
            self.settings.rollout = None;
        }
    }

    fn close_rollout(&mut self) {
        let Some(mut open) = self.rollout.open.take() else { return };
        self.settings.rollout = None;
        let driven = open.clerk.drives();
        open.clerk.leave();
        if driven {
            self.rollout.leaving.push(open.clerk);
            let text = "The roll-out was closed: it pauses once what is being done to devices is ended.";
            self.say(Severity::Warning, text, None);
        }
    }

    /// Takes in what the clerk and background work bring.
    pub(in crate::desk) fn tick_rollout(&mut self) {
        self.rollout.leaving.retain(Clerk::drives);
        if let Some(news) = self.rollout.opening.as_ref().and_then(|opening| opening.clerk.news()) {
            self.opened(news);
        }
        let Some(open) = &mut self.rollout.open else { return };
        let mut news: Vec<News> = Vec::new();
        while let Some(one) = open.clerk.news() {
            news.push(one);
        }
        if let Some(files) = open.files_task.take(&self.wake) {
            open.files = Some(files);
        }
        for one in news {
            self.hear(one);
        }
    }

    fn hear(&mut self, news: News) {
        let Some(open) = &mut self.rollout.open else { return };
        match news {
            News::Picture(picture) => {
                open.picture = picture;
                self.tell_turns();
            }
            News::Log(device, entries) if open.device == Some(device) => open.log = entries,
            News::Log(..) => {}
            News::Said(text) => self.say(Severity::Info, text, None),
            News::Failed(sentence) => {
                open.trouble = Some(sentence.clone());
                self.say(Severity::Error, sentence, Some(UserCommand::ScreenRollout));
            }
        }
    }

    /// Says when a roll-out turned to something that somebody has to know.
    fn tell_turns(&mut self) {
        let Some(open) = &mut self.rollout.open else { return };
        let (picture, first) = (Arc::clone(&open.picture), open.told.is_none());
        if !picture.begun {
            return;
        }
        let status = picture.standing.status;
        if open.told == Some(status) {
            return;
        }
        open.told = Some(status);
        let name = open.view_name();
        let open_it = Some(UserCommand::ScreenRollout);
        if first && (picture.interrupted() || status == Status::Paused) {
            let text = format!(
                "The roll-out {name} stands still: {}, {} of {} confirmed. Nothing goes on by itself.",
                picture.said().split(';').next().unwrap_or_default(),
                units::count(picture.count(State::Verified).into()),
                units::count(picture.served().into())
            );
            return self.say(Severity::Warning, text, open_it);
        }
        let cause = &picture.standing.cause;
        match status {
            Status::Tripped => {
                self.say(Severity::Error, format!("The roll-out {name} stopped itself. {cause}"), open_it);
            }
            Status::Paused if !first => {
                self.say(Severity::Warning, format!("The roll-out {name} is paused. {cause}"), open_it);
            }
            Status::Finished if !first => {
                self.say(Severity::Info, format!("The roll-out {name} is through all waves."), open_it);
            }
            Status::Stopped if !first => {
                self.say(Severity::Warning, format!("The roll-out {name} is stopped. {cause}"), open_it);
            }
            _ => {}
        }
    }

    /// Shows a device with its files and its log.
    fn show_rollout_device(&mut self, device: Option<u32>) {
        let Some(open) = &mut self.rollout.open else { return };
        let device = device.filter(|at| (*at as usize) < open.picture.plan.devices().len());
        if open.device == device {
            return;
        }
        (open.device, open.files) = (device, None);
        open.log.clear();
        // A clerk that is gone brings no log, and has said why.
        let _ = open.clerk.ask(Ask::Log(device));
        let Some(at) = device else { return };
        let (later, plan) = (Arc::clone(&open.later), Arc::clone(&open.picture.plan));
        open.files_task.order(&self.wake, false, move || {
            let thing = &plan.devices()[at as usize].thing;
            let files = later.get().and_then(|loaded| {
                let files = loaded.files.files_of(thing).cloned();
                files.ok_or_else(|| {
                    "The list no longer holds this device. Take the list of the plan again.".to_owned()
                })
            });
            (at, files)
        });
    }

    /// Writes every device and its state.
    fn save_devices(&mut self, mut path: PathBuf) {
        let Some(open) = &self.rollout.open else { return };
        if path.extension().is_none() {
            path.set_extension("csv");
        }
        let picture = Arc::clone(&open.picture);
        self.begin(Work::Export, move |_| {
            let written =
                write_atomic(&path, picture.csv(State::ALL).as_bytes()).map_err(|error| error.to_string());
            let devices = units::count(picture.rows.len() as u64);
            let done = written
                .map(|()| format!("Wrote {devices} devices with their states to {}", Self::shown(&path)));
            Box::new(move |desk| desk.say_done(done))
        });
    }

    /// Checks the audit log and writes it.
    fn save_log(&mut self, mut path: PathBuf) {
        let Some(open) = &self.rollout.open else { return };
        if path.extension().is_none() {
            path.set_extension("jsonl");
        }
        let journal = open.place.journal();
        self.begin(Work::Export, move |_| {
            let done = write_log(&journal, &path);
            Box::new(move |desk| desk.say_done(done))
        });
    }

    fn say_done(&mut self, done: Result<String, String>) {
        match done {
            Ok(text) => self.say(Severity::Info, text, None),
            Err(sentence) => self.say(Severity::Error, sentence, None),
        }
    }

    /// Waits for the first look at a roll-out and for what was ordered about its devices.
    pub(in crate::desk) fn finish_rollout(&mut self) {
        if let Some(news) = self.rollout.opening.as_ref().and_then(|opening| opening.clerk.wait(FIRST_LOOK)) {
            self.opened(news);
        }
        while let Some(open) = &self.rollout.open
            && open.told.is_none()
            && open.place.journal().exists()
            && let Some(news) = open.clerk.wait(FIRST_LOOK)
        {
            self.hear(news);
        }
        if let Some(open) = &mut self.rollout.open
            && let Some(files) = open.files_task.wait(&self.wake)
        {
            open.files = Some(files);
        }
        self.tick_rollout();
    }

    /// Returns whether a roll-out is driven from here: the window waits for it before it closes.
    pub fn is_rolling_out(&self) -> bool {
        let open = self.rollout.open.as_ref().map(|open| &open.clerk);
        open.into_iter().chain(&self.rollout.leaving).any(Clerk::drives)
    }

    /// Ends what is driven from here: nothing new is begun, what is being done to devices is ended, and the roll-out
    /// is left paused.
    pub(in crate::desk) fn end_rollout(&mut self) {
        if let Some(mut open) = self.rollout.open.take() {
            open.clerk.leave();
            open.clerk.has_ended(PATIENCE);
        }
        for clerk in self.rollout.leaving.drain(..) {
            clerk.has_ended(PATIENCE);
        }
    }
}

impl Open {
    fn view_name(&self) -> String {
        crate::desk::agents::short(self.place.path())
    }
}
