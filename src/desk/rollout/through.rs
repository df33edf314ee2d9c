//! Roll-outs through a platform: the real steps against the test platform, which speaks to real agents.
//!
//! It stands here because the way to devices and the platform know nothing of each other.

use crate::base::{Draws, Micros};
use crate::config::secret::Secret;
use crate::fleet::{Agent, CSdk, DelayLaw, Link, Retries};
use crate::live::agent::{self, Device, Key, Listener, Profile, Told, With};
use crate::live::clock::Clock;
use crate::live::connect::Target as Address;
use crate::live::listen::Port;
use crate::live::platform::{self, Known, Settings};
use crate::push::fault::{Class, Reached};
use crate::push::journal::Journal;
use crate::push::plan::Plan;
use crate::push::plan::tests::{candidate, request};
use crate::push::target::conformance::{Bench, NEW, OLD, conform};
use crate::push::target::platform::{Platform, PlatformOptions};
use crate::push::target::{Folders, Job, Target};
use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

struct Deaf;

impl Listener for Deaf {
    fn hears(&self, _: Micros, _: u64, _: Told) {}
}

/// A platform with one agent that serves a folder.
struct Plant {
    folder: tempfile::TempDir,
    platform: platform::Handle,
    agent: Option<agent::Handle>,
}

const SERVICE: &str = "Restart stamp={stamp} stampFile={stamp_file}";

impl Plant {
    async fn start() -> Self {
        let things = Known::Only(BTreeSet::from(["pump 1".to_owned(), "valve".to_owned()]));
        let settings = Settings { port: Port::Exactly(0), things, ..Settings::default() };
        let platform = platform::start(settings, Clock::start()).unwrap();
        let mut plant = Self { folder: tempfile::tempdir().unwrap(), platform, agent: None };
        plant.connects();
        plant.until_connected(true).await;
        plant
    }

    /// Starts the agent of the pump.
    fn connects(&mut self) {
        let quick = CSdk {
            max_connect_delay: Micros::ZERO,
            connect_timeout: Micros::from_secs(5),
            connect_retries: Retries::Forever,
            connect_retry_interval: Micros(30_000),
            delay_law: DelayLaw::Documented,
        };
        let profile = Profile {
            target: Address {
                host: "127.0.0.1".into(),
                port: self.platform.address().port(),
                path: "/Thingworx/WS".into(),
                proxy: None,
            },
            tls: None,
            agent: Agent::CSdk(quick),
            link: Link { tls: false, ..Link::C_SDK },
            key: Key("key".into()),
        };
        let device = Device { number: 1, things: vec!["pump 1".into()] };
        let with = With { files: Some(self.folder.path().into()), ..With::default() };
        let time = (Clock::start(), Draws::new(1));
        self.agent =
            Some(agent::start_with(Arc::new(profile), device, time, Micros::ZERO, Arc::new(Deaf), with));
    }

    async fn until_connected(&self, wanted: bool) {
        for _ in 0..600 {
            if self.platform.bound().is_empty() != wanted {
                return;
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        panic!("it never came to that");
    }

    fn options(&self) -> PlatformOptions {
        let url = format!("http://{}", self.platform.address());
        PlatformOptions { restart: SERVICE.into(), ..PlatformOptions::new(url, Secret::new("key".into())) }
    }

    fn bench(&self, options: PlatformOptions) -> Bench<Platform> {
        Bench {
            target: Target::new(Platform::new(options).unwrap()),
            address: "pump 1".into(),
            prefix: "/".into(),
            root: self.folder.path().into(),
            keeps_permissions: false,
        }
    }
}

async fn stages<T: crate::push::target::Transport>(bench: &Bench<T>, job: &Job) {
    bench.target.stage(job, &[Secret::new(NEW.into())]).await.unwrap();
}

#[tokio::test]
async fn a_platform_conforms() {
    let plant = Plant::start().await;
    conform(&plant.bench(plant.options())).await;
    assert_eq!(plant.platform.counters().unreadable, 0);
}

#[tokio::test]
async fn a_service_that_knows_no_stamp_gets_it_from_here_once_the_device_is_back() {
    let plant = Plant::start().await;
    let bench = plant.bench(PlatformOptions { restart: "Restart".into(), ..plant.options() });
    bench.put("a.json", OLD);
    let job = bench.job(&["a.json"]);
    stages(&bench, &job).await;
    let platform = Platform::new(plant.options()).unwrap();
    let before = platform.connection("pump 1").await.unwrap();
    let seen = bench.target.activate(&job).await.unwrap();
    assert_eq!(seen.stamp.as_deref(), Some(job.stamp.as_str()));
    let after = platform.connection("pump 1").await.unwrap();
    assert!(
        before.is_connected && after.is_connected && after.last_ms > before.last_ms,
        "{before:?} {after:?}"
    );
}

#[tokio::test]
async fn large_files_go_in_pieces() {
    let plant = Plant::start().await;
    let bench = plant.bench(plant.options());
    let large = "äx".repeat(150_000);
    let mut job = bench.job(&["a.json"]);
    job.files[0].want = crate::base::hash::sha256(large.as_bytes());
    job.files[0].before = Some(None);
    bench.target.stage(&job, &[Secret::new(large.clone())]).await.unwrap();
    bench.target.activate(&job).await.unwrap();
    assert_eq!(bench.text("a.json").as_deref(), Some(large.as_str()));
}

#[tokio::test]
async fn what_goes_wrong_at_a_platform_has_its_class() {
    let mut plant = Plant::start().await;
    let bench = plant.bench(plant.options());
    bench.put("a.json", OLD);
    let job = bench.job(&["a.json"]);
    let class = async |bench: &Bench<Platform>, job: &Job| bench.target.look(job).await.unwrap_err().class;
    let at = |address: &str| Job { address: address.into(), ..job.clone() };
    assert_eq!(class(&bench, &at("nobody")).await, Class::NameUnknown);
    assert_eq!(class(&bench, &at("valve")).await, Class::NoAnswer, "known, and not connected");
    let keyless = PlatformOptions { key: Secret::new(String::new()), ..plant.options() };
    assert_eq!(class(&plant.bench(keyless), &job).await, Class::LoginRefused);
    let elsewhere = PlatformOptions { url: "http://no-such-host.invalid".into(), ..plant.options() };
    assert_eq!(class(&plant.bench(elsewhere), &job).await, Class::NameUnknown);
    let mut outside = job.clone();
    outside.files[0].path = "/../a.json".into();
    assert_eq!(class(&bench, &outside).await, Class::Denied);
    stages(&bench, &job).await;
    let wrong = plant.bench(PlatformOptions { restart: "Explode".into(), ..plant.options() });
    let fault = wrong.target.activate(&job).await.unwrap_err();
    assert_eq!((fault.class, fault.reached), (Class::RestartFailed, Reached::Files), "{fault}");
    if let Some(agent) = plant.agent.take() {
        agent.stop().await;
    }
    plant.until_connected(false).await;
    assert_eq!(class(&bench, &job).await, Class::NoAnswer);
    let address = plant.platform.address();
    plant.platform.stop().await;
    let off = PlatformOptions::new(format!("http://{address}"), Secret::new("key".into()));
    let off = Target::new(Platform::new(off).unwrap());
    assert_eq!(off.look(&job).await.unwrap_err().class, Class::Refused);
}

#[tokio::test]
async fn whoever_does_not_come_back_is_not_confirmed() {
    let mut plant = Plant::start().await;
    // The file goes another way; the platform only says who is back.
    let witness = Arc::new(Platform::new(plant.options()).unwrap());
    let kept = tempfile::tempdir().unwrap();
    let plan = Plan::new(request("rest"), vec![candidate(0)]).unwrap();
    let journal = Journal::create(&kept.path().join("rollout.db"), &plan, "test", 1).unwrap();
    let bench = Bench {
        target: Target::new(Folders).witnessed_by(Some((witness, Arc::new(journal.connections().unwrap())))),
        address: plant.folder.path().to_str().unwrap().into(),
        prefix: String::new(),
        root: plant.folder.path().into(),
        keeps_permissions: true,
    };
    bench.put("a.json", OLD);
    let job = Job { thing: "pump 1".into(), ..bench.job(&["a.json"]) };
    stages(&bench, &job).await;
    bench.target.activate(&job).await.unwrap();
    let fault = bench.target.confirm(&job).await.unwrap_err();
    assert_eq!((fault.class, fault.detail.as_str()), (Class::NotBack, "still its connection from before"));
    if let Some(agent) = plant.agent.take() {
        agent.stop().await;
    }
    plant.until_connected(false).await;
    let fault = bench.target.confirm(&job).await.unwrap_err();
    assert_eq!((fault.class, fault.detail.as_str()), (Class::NotBack, "not connected"));
    plant.connects();
    plant.until_connected(true).await;
    assert_eq!(bench.target.confirm(&job).await.unwrap().stamp.as_deref(), Some(job.stamp.as_str()));
}
