//! The program: reads the command line and hands over to the window, a picture or nothing.

use regather::cli::{self, Action, Environment};
use std::process::ExitCode;

fn main() -> ExitCode {
    let environment = Environment::of_process();
    cli::guard(environment, || match cli::run(std::env::args_os(), environment) {
        Action::Done(code) => code,
        #[cfg(feature = "gui")]
        Action::Window(args) => window(args, environment),
        #[cfg(feature = "gui")]
        Action::Screenshot(args) => screenshot(&args, environment),
        #[cfg(not(feature = "gui"))]
        _ => cli::no_window("This program was built without its window.", environment, false),
    })
}

#[cfg(feature = "gui")]
fn window(args: cli::WindowArgs, environment: Environment) -> ExitCode {
    use regather::desk::Start;
    #[expect(
        clippy::disallowed_methods,
        reason = "the program's one clock; everything else is told the time"
    )]
    let started = std::time::Instant::now();
    let start = match (args.file, args.example.map(|example| (example.name, example.file()))) {
        (Some(path), _) => Start::File(path),
        (None, Some((name, Ok(file)))) => Start::Project { file, name: name.to_owned(), path: None },
        (None, _) => Start::Usual,
    };
    match regather::ui::show(start, move || started.elapsed()) {
        Ok(moments) if args.timings => cli::timings(moments.frame(), moments.verdict(), environment),
        Ok(_) => ExitCode::SUCCESS,
        Err(reason) => cli::no_window(&reason.to_string(), environment, false),
    }
}

#[cfg(feature = "gui")]
fn screenshot(args: &cli::ScreenshotArgs, environment: Environment) -> ExitCode {
    use regather::desk::{Start, Theme};
    use regather::ui::request::Screen;
    use regather::ui::screenshot::{Shot, png};
    let shot = Shot {
        start: Start::Project { file: args.file.clone(), name: args.name.clone(), path: args.path.clone() },
        screen: Screen::from_word(args.screen.word()).unwrap_or(Screen::Simulate),
        size: args.size.points(),
        scale: args.scale,
        theme: if args.theme == cli::command::screenshot::Theme::Light { Theme::Light } else { Theme::Dark },
    };
    match png(shot) {
        Ok(bytes) => match cli::write_file(&args.output, &bytes) {
            Ok(()) => ExitCode::SUCCESS,
            Err(error) => cli::failed(&error, environment, args.json),
        },
        Err(reason) => cli::no_window(&reason.to_string(), environment, args.json),
    }
}
