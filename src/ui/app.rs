//! The application: draws the panels, then carries out what they asked for.
//!
//! `logic` takes in what jobs have to say and keeps theme, zoom and title in step; `ui` draws the frame
//! of the window and the screen, collects requests and carries them out. No panel changes the desk.

use super::configs::ConfigsPanel;
use super::dialog::Dialogs;
use super::fleet::FleetPanel;
use super::keys;
use super::live::LivePanel;
use super::raster;
use super::recommend::RecommendPanel;
use super::report::ReportPanel;
#[cfg(feature = "push")]
use super::request::RolloutFile;
use super::request::{Place, Purpose, Request, Screen};
#[cfg(feature = "push")]
use super::rollout::RolloutPanel;
use super::shell::Shell;
use super::simulate::SimulatePanel;
use super::topology::TopologyPanel;
use crate::config::Mapping;
#[cfg(feature = "push")]
use crate::desk::command::RolloutCommand;
use crate::desk::command::{ChartCommand, DeviceCommand, FileCommand, SettingsCommand};
use crate::desk::transfer::Work;
use crate::desk::{Command, Desk, ReportOptions, Theme, UserCommand, View};
use crate::fleet::inventory::named::SECTION;
use crate::report::draw::Graphic;
use eframe::Frame;
use egui::{Context, ThemePreference, Ui, ViewportCommand};
use std::sync::{Arc, OnceLock};
use std::time::Duration;

/// What a file is called that was pasted.
const PASTED: &str = "pasted text";

/// The clock that the application is driven with; only differences matter.
pub type Clock = Box<dyn Fn() -> Duration>;

/// When the first frames were drawn, on the application's clock.
#[derive(Debug, Default)]
pub struct Moments {
    frame: OnceLock<Duration>,
    verdict: OnceLock<Duration>,
}

impl Moments {
    fn drawn(&self, now: Duration, verdict: bool) {
        self.frame.get_or_init(|| now);
        if verdict {
            self.verdict.get_or_init(|| now);
        }
    }

    /// Returns when the first frame was drawn, where one was.
    pub fn frame(&self) -> Option<Duration> {
        self.frame.get().copied()
    }

    /// Returns when the first frame with a result was drawn, where one was.
    pub fn verdict(&self) -> Option<Duration> {
        self.verdict.get().copied()
    }
}

/// The application.
pub struct App {
    desk: Desk,
    clock: Clock,
    panels: Panels,
    dialogs: Dialogs,
    /// The chart that waits for its file.
    chart: Option<Graphic>,
    /// When the first frames were drawn.
    moments: Arc<Moments>,
    /// Title that the window has.
    title: String,
    /// Whether it closes as soon as what a roll-out does to devices is ended.
    #[cfg(feature = "push")]
    closing: bool,
}

/// The state of the widgets, screen by screen.
pub(super) struct Panels {
    /// The screen that is shown.
    pub screen: Screen,
    /// The screen of the frame before.
    drawn: Option<Screen>,
    shell: Shell,
    fleet: FleetPanel,
    topology: TopologyPanel,
    simulate: SimulatePanel,
    recommend: RecommendPanel,
    configs: ConfigsPanel,
    #[cfg(feature = "push")]
    rollout: RolloutPanel,
    live: LivePanel,
    report: ReportPanel,
}

impl App {
    /// Returns the application on a desk. Fonts and themes are installed into the context.
    pub fn new(ctx: &Context, desk: Desk, clock: Clock, screen: Screen) -> Self {
        super::theme::install(ctx);
        ctx.options_mut(|options| options.zoom_with_keyboard = false);
        let panels = Panels {
            screen,
            drawn: None,
            shell: Shell::default(),
            fleet: FleetPanel::default(),
            topology: TopologyPanel::default(),
            simulate: SimulatePanel::default(),
            recommend: RecommendPanel::default(),
            configs: ConfigsPanel::default(),
            #[cfg(feature = "push")]
            rollout: RolloutPanel::default(),
            live: LivePanel::default(),
            report: ReportPanel::default(),
        };
        let dialogs = Dialogs::new(ctx);
        Self {
            desk,
            clock,
            panels,
            dialogs,
            chart: None,
            moments: Arc::default(),
            title: String::new(),
            #[cfg(feature = "push")]
            closing: false,
        }
    }

    /// Writes down here when the first frames are drawn.
    #[must_use]
    pub fn with_moments(mut self, moments: Arc<Moments>) -> Self {
        self.moments = moments;
        self
    }

    /// Returns the desk, for tests and pictures.
    pub fn desk(&self) -> &Desk {
        &self.desk
    }

    /// Returns the desk, for tests and pictures.
    pub fn desk_mut(&mut self) -> &mut Desk {
        &mut self.desk
    }

    /// Shows a screen.
    pub fn open(&mut self, screen: Screen) {
        self.panels.screen = screen;
    }

    /// Returns the screen that is shown.
    pub fn screen(&self) -> Screen {
        self.panels.screen
    }

    /// Takes in what jobs, dialogs and the system have to say.
    pub fn logic(&mut self, ctx: &Context) {
        let now = (self.clock)();
        if let Some((purpose, path)) = self.dialogs.poll() {
            self.chosen(purpose, path, now);
        }
        for file in ctx.input(|input| input.raw.dropped_files.clone()) {
            let path = file.path();
            if !path.as_os_str().is_empty() {
                let path = path.to_owned();
                if is_table(&path) {
                    self.list_devices();
                    self.desk.apply(DeviceCommand::ImportPath(path).into(), now);
                } else {
                    self.give(FileCommand::Take(path).into(), now);
                }
            }
        }
        // What is pasted outside a field on this screen is a file to be tried.
        if self.panels.screen == Screen::Configs && !ctx.text_edit_focused() {
            let pasted = |event: &egui::Event| match event {
                egui::Event::Paste(text) => Some(text.clone()),
                _ => None,
            };
            if let Some(text) = ctx.input(|input| input.events.iter().find_map(pasted)) {
                self.give(FileCommand::TryFile { name: PASTED.to_owned(), text }.into(), now);
            }
        }
        #[cfg(feature = "push")]
        self.close_when_paused(ctx);
        if let Some(next) = self.desk.tick(now) {
            ctx.request_repaint_after(next);
        }
        let view = self.desk.view(now);
        ctx.set_theme(match view.settings.theme {
            Theme::System => ThemePreference::System,
            Theme::Dark => ThemePreference::Dark,
            Theme::Light => ThemePreference::Light,
        });
        if (ctx.zoom_factor() - view.settings.zoom).abs() > 1e-3 {
            ctx.set_zoom_factor(view.settings.zoom);
        }
        let title = format!("{}{} – Regather", view.file.name(), if view.dirty { " •" } else { "" });
        if title != self.title {
            ctx.send_viewport_cmd(ViewportCommand::Title(title.clone()));
            self.title = title;
        }
    }

    /// Draws the window and carries out what was asked for.
    pub fn draw(&mut self, ui: &mut Ui) {
        let now = (self.clock)();
        let mut out = Vec::new();
        {
            let view = self.desk.view(now);
            self.moments.drawn(now, view.outcome.is_some());
            keys::collect(ui.ctx(), &view, &mut out);
            let panels = &mut self.panels;
            let screen = panels.screen;
            if panels.drawn.replace(screen) != Some(screen) && screen == Screen::Recommend {
                panels.recommend.open();
            }
            panels.shell.ui(ui, (screen, &view), &mut self.dialogs, &mut out, |ui, out| match screen {
                Screen::Fleet => panels.fleet.ui(ui, &view, out),
                Screen::Topology => panels.topology.ui(ui, &view, out),
                Screen::Simulate => panels.simulate.ui(ui, &view, out),
                Screen::Recommend => panels.recommend.ui(ui, &view, out),
                Screen::Configs => panels.configs.ui(ui, &view, out),
                #[cfg(feature = "push")]
                Screen::Rollout => panels.rollout.ui(ui, &view, out),
                Screen::Live => panels.live.ui(ui, &view, out),
                Screen::Report => panels.report.ui(ui, &view, out),
            });
        }
        if !out.is_empty() {
            ui.ctx().request_repaint();
        }
        for request in out {
            self.carry_out(ui.ctx(), request, now);
        }
    }

    /// Carries out one request.
    fn carry_out(&mut self, ctx: &Context, request: Request, now: Duration) {
        match request {
            Request::Desk(command) => self.desk.apply(command, now),
            Request::User(command) => self.user(ctx, command, now),
            Request::GoTo(pointer) => self.go_to(&pointer),
            Request::GoToFile(group) => {
                self.panels.screen = Screen::Configs;
                self.panels.configs.choose(&group);
            }
            Request::Path(purpose, path) => self.chosen(purpose, path, now),
            Request::Ask(purpose) => self.dialogs.ask(purpose, &self.desk.view(now)),
            Request::CopyChart(chart) => {
                if let Some(picture) = self.desk.picture(&chart, now) {
                    ctx.copy_image(raster::image(&picture));
                }
            }
            Request::SaveChart(format, chart) => {
                self.chart = Some(chart);
                self.dialogs.ask(Purpose::SaveChart(format), &self.desk.view(now));
            }
        }
    }

    /// Carries out a command from the table, unless it cannot be used now.
    fn user(&mut self, ctx: &Context, command: UserCommand, now: Duration) {
        let view = self.desk.view(now);
        if view.enabled(command).is_err() {
            return;
        }
        if matches!(command, UserCommand::Rehearse | UserCommand::StartPlatform) {
            self.panels.screen = Screen::Live;
        }
        if let Some(command) = command.command(&view) {
            self.desk.apply(command, now);
            return;
        }
        match command {
            UserCommand::ScreenFleet => self.panels.screen = Screen::Fleet,
            UserCommand::ScreenTopology => self.panels.screen = Screen::Topology,
            UserCommand::ScreenSimulate => self.panels.screen = Screen::Simulate,
            UserCommand::ScreenConfigs => self.panels.screen = Screen::Configs,
            #[cfg(feature = "push")]
            UserCommand::ScreenRollout => self.panels.screen = Screen::Rollout,
            #[cfg(feature = "push")]
            UserCommand::OpenRollout => self.dialogs.ask(Purpose::Rollout(RolloutFile::Open), &view),
            UserCommand::ScreenLive => self.panels.screen = Screen::Live,
            UserCommand::ScreenReport => self.panels.screen = Screen::Report,
            UserCommand::Report => {
                let format = self.panels.report.options().format;
                self.dialogs.ask(Purpose::Report(format), &view);
            }
            UserCommand::ScreenRecommend => self.panels.screen = Screen::Recommend,
            UserCommand::WhatWouldItTake => {
                self.panels.screen = Screen::Recommend;
                self.panels.recommend.open();
            }
            UserCommand::Why => {
                self.panels.screen = Screen::Simulate;
                self.panels.simulate.explain();
            }
            UserCommand::ScreenDevices => self.list_devices(),
            UserCommand::ImportDevices => self.dialogs.ask(Purpose::ImportDevices, &view),
            UserCommand::SaveBadLines => self.dialogs.ask(Purpose::SaveBadLines, &view),
            UserCommand::Open => self.dialogs.ask(Purpose::Open, &view),
            UserCommand::Save | UserCommand::SaveAs => self.dialogs.ask(Purpose::SaveAs, &view),
            UserCommand::Export => {
                let target = view.outline.wanted.target;
                self.dialogs.ask(Purpose::Export(target), &view);
            }
            UserCommand::ImportConfigs => self.dialogs.ask(Purpose::Import(Place::Folder), &view),
            UserCommand::ImportArchive => self.dialogs.ask(Purpose::Import(Place::Archive), &view),
            UserCommand::Compare => self.dialogs.ask(Purpose::Compare(Place::Folder), &view),
            UserCommand::CompareArchive => self.dialogs.ask(Purpose::Compare(Place::Archive), &view),
            UserCommand::TryFile => self.dialogs.ask(Purpose::Try, &view),
            UserCommand::TryPasted => {
                self.panels.screen = Screen::Configs;
                ctx.send_viewport_cmd(ViewportCommand::RequestPaste);
            }
            UserCommand::Quit => ctx.send_viewport_cmd(ViewportCommand::Close),
            UserCommand::Palette | UserCommand::ShowKeys | UserCommand::RenameScenario => {
                self.panels.shell.show(command, &view);
            }
            _ => {}
        }
    }

    /// Shows the screen on which an input is edited.
    fn go_to(&mut self, pointer: &str) {
        if let Some(rest) = pointer.strip_prefix("/cluster") {
            self.panels.screen = Screen::Topology;
            let id = rest.split('/').nth(1).filter(|id| !id.is_empty());
            return id.into_iter().for_each(|id| self.panels.topology.select(id));
        }
        match pointer.strip_prefix("/groups/").and_then(|rest| rest.split('/').next()) {
            Some(group) => {
                self.panels.screen = Screen::Fleet;
                self.panels.fleet.select(group);
            }
            None if pointer.starts_with(Mapping::ADDRESS) => self.panels.screen = Screen::Configs,
            None if pointer.starts_with(SECTION) => self.list_devices(),
            None => self.panels.screen = Screen::Simulate,
        }
    }

    /// Uses a path that was chosen for a purpose.
    fn chosen(&mut self, purpose: Purpose, path: std::path::PathBuf, now: Duration) {
        let command: Command = match purpose {
            Purpose::Open => FileCommand::Open(path).into(),
            Purpose::SaveAs => FileCommand::SaveAs(path).into(),
            Purpose::Export(target) => FileCommand::Export { path, target }.into(),
            Purpose::Report(format) => {
                let options = ReportOptions { format, ..self.panels.report.options().clone() };
                FileCommand::Report { path, options }.into()
            }
            Purpose::Topology(format) => FileCommand::Topology { path, format }.into(),
            Purpose::Import(_) => FileCommand::ImportConfigs(path).into(),
            Purpose::Compare(_) => FileCommand::Compare(path).into(),
            Purpose::Try => FileCommand::TryPath(path).into(),
            Purpose::ImportDevices => {
                self.list_devices();
                DeviceCommand::ImportPath(path).into()
            }
            #[cfg(feature = "push")]
            Purpose::Rollout(file) => {
                if file == RolloutFile::Open {
                    self.panels.screen = Screen::Rollout;
                }
                file.command(path)
            }
            Purpose::SaveBadLines => DeviceCommand::ExportBadLines(path).into(),
            Purpose::SaveChart(format) => {
                let Some(chart) = self.chart.take() else { return };
                ChartCommand::Save { path, format, chart }.into()
            }
        };
        self.give(command, now);
    }

    /// Gives the desk a command, and shows the agents' files where one came in by it.
    fn give(&mut self, command: Command, now: Duration) {
        let beside = |view: &View<'_>| {
            (view.compared.map(|compared| compared.from.clone()), view.tried.map(|tried| tried.number))
        };
        let comparing = |view: &View<'_>| view.transfer.is_some_and(|own| own.work == Work::Compare);
        let before = (beside(&self.desk.view(now)), self.desk.view(now).previous.map(str::to_owned));
        let was_comparing = comparing(&self.desk.view(now));
        self.desk.apply(command, now);
        let view = self.desk.view(now);
        // Another project comes with what lies beside it.
        let same = before.1.as_deref() == view.previous;
        let news = beside(&view);
        let begun = comparing(&view) && !was_comparing;
        if begun || same && news != before.0 && (news.0.is_some() || news.1.is_some()) {
            self.panels.screen = Screen::Configs;
        }
    }

    /// Shows the list of devices.
    fn list_devices(&mut self) {
        self.panels.screen = Screen::Fleet;
        self.panels.fleet.list();
    }

    /// Asks the window to stay until what a roll-out does to devices is ended; returns whether it does. Closing once
    /// more does not wait.
    #[cfg(feature = "push")]
    pub fn wait_for_devices(&mut self, ctx: &Context) -> bool {
        if self.closing || !self.desk.is_rolling_out() {
            return false;
        }
        self.closing = true;
        ctx.send_viewport_cmd(ViewportCommand::CancelClose);
        self.desk.apply(RolloutCommand::Leave.into(), (self.clock)());
        true
    }

    /// Closes the window that waited, once nothing is going on any more.
    #[cfg(feature = "push")]
    fn close_when_paused(&mut self, ctx: &Context) {
        if self.closing && !self.desk.is_rolling_out() {
            ctx.send_viewport_cmd(ViewportCommand::Close);
        }
    }

    /// Remembers the window and ends the session; unsaved changes come back at the next start.
    fn end(&mut self, size: Option<egui::Vec2>) {
        if let Some(size) = size {
            let now = (self.clock)();
            let window = SettingsCommand::Window { width: size.x, height: size.y };
            self.desk.apply(window.into(), now);
        }
    }
}

/// Returns whether a file is a table of devices by its ending.
fn is_table(path: &std::path::Path) -> bool {
    let ending = path.extension().unwrap_or_default();
    ["csv", "tsv", "tab"].iter().any(|known| ending.eq_ignore_ascii_case(known))
}

impl eframe::App for App {
    fn logic(&mut self, ctx: &Context, _frame: &mut Frame) {
        Self::logic(self, ctx);
        if ctx.input(|input| input.viewport().close_requested()) {
            #[cfg(feature = "push")]
            if self.wait_for_devices(ctx) {
                return;
            }
            let size = ctx.input(|input| input.viewport().inner_rect.map(|rect| rect.size()));
            self.end(size);
        }
    }

    fn ui(&mut self, ui: &mut Ui, _frame: &mut Frame) {
        self.draw(ui);
    }

    fn on_exit(&mut self, _gl: Option<&eframe::glow::Context>) {
        self.desk.end();
    }
}
