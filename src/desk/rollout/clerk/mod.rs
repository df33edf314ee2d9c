//! The clerk of an open roll-out: a thread that alone touches its journal, and starts the driver.
//!
//! It looks a few times a second whether the journal has changed, whoever changed it, and brings a [`Picture`]; it
//! hands orders in and waits for their answers. Whoever drives may be this program or another one: orders go through
//! the journal either way. Opening a roll-out begins nothing; a driver is started for an order alone.
//!
//! When the face leaves, the driver is told to leave: it begins nothing new, ends what is being done to a device and
//! leaves the roll-out paused.

mod driver;

use super::place::Place;
use super::reach::{Keys, wall_ms};
use super::standing::Picture;
use crate::desk::env::Wake;
use crate::push::journal::{Entry, Journal, JournalError, Returned};
use crate::push::machine::Order;
use crate::push::plan::Plan;
use driver::Driver;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Receiver, RecvTimeoutError, SyncSender, TrySendError, sync_channel};
use std::time::Duration;

/// Shortest time between two looks at the journal.
const LOOK: Duration = Duration::from_millis(150);
/// Looks after which an order that nobody answered is taken up here, where nobody drives.
const PATIENCE: u32 = 14;
/// Asks and news that wait at most.
const QUEUE: usize = 256;
/// Entries of a device's log that are shown.
const ENTRIES: u32 = 200;

/// What the clerk is asked for.
#[derive(Debug)]
pub(in crate::desk) enum Ask {
    /// Have an order carried out.
    Order {
        /// What.
        order: Order,
        /// Who orders it, for the log.
        who: String,
        /// With which keys devices are reached, where a driver has to be started.
        keys: Keys,
    },
    /// Write down that somebody approves the plan with this hash.
    Approve {
        /// Who.
        who: String,
        /// The hash as it was read, or its first digits.
        hash: String,
    },
    /// Bring the log of a device, and again whenever it may have changed; `None` for no more.
    Log(Option<u32>),
}

/// What the clerk brings.
#[derive(Debug)]
pub(in crate::desk) enum News {
    /// Where it stands.
    Picture(Arc<Picture>),
    /// The log of a device.
    Log(u32, Vec<Entry>),
    /// Something was done that is worth saying.
    Said(String),
    /// An order was refused, or something failed; the sentence says why and what to do.
    Failed(String),
}

/// The desk's end.
pub(in crate::desk) struct Clerk {
    asks: Option<SyncSender<Ask>>,
    news: Receiver<News>,
    ended: Receiver<()>,
    reins: Arc<Reins>,
}

/// What both ends share.
#[derive(Default)]
struct Reins {
    /// A driver that was started here leaves.
    leave: Arc<AtomicBool>,
    /// The face is leaving: no driver is started any more.
    closing: AtomicBool,
    /// A driver that was started here is under way.
    driving: AtomicBool,
}

impl Clerk {
    /// Starts the clerk of a roll-out, who reads its plan first: what comes then is a [`Picture`], or why there is
    /// none and nothing more.
    ///
    /// # Errors
    /// A sentence where the system gives no thread.
    pub(in crate::desk) fn start(place: Place, wake: Wake) -> Result<Self, String> {
        let (asks, inbox) = sync_channel(QUEUE);
        let (outbox, news) = sync_channel(QUEUE);
        let (end, ended) = sync_channel(1);
        let reins = Arc::<Reins>::default();
        let shared = Arc::clone(&reins);
        let thread = std::thread::Builder::new().name("roll-out".to_owned());
        let started = thread.spawn(move || {
            match place.plan() {
                Ok(plan) => Work::new(place, Arc::new(plan), (outbox, wake), shared).run(&inbox),
                Err(error) => {
                    // Nobody listens any more where the wish was taken back.
                    let _ = outbox.try_send(News::Failed(error.to_string()));
                    drop(outbox);
                    wake();
                }
            }
            // Nobody waits any more where the program ends.
            let _ = end.send(());
        });
        started.map_err(|error| {
            format!("The system gives no thread ({error}), so the roll-out was not opened. Close other programs and try again.")
        })?;
        Ok(Self { asks: Some(asks), news, ended, reins })
    }

    /// Asks for something; `false` where the clerk is gone.
    pub(in crate::desk) fn ask(&self, ask: Ask) -> bool {
        self.asks.as_ref().is_some_and(|asks| asks.try_send(ask).is_ok())
    }

    /// Returns the next news, where there are any.
    pub(in crate::desk) fn news(&self) -> Option<News> {
        self.news.try_recv().ok()
    }

    /// Waits for news.
    pub(in crate::desk) fn wait(&self, longest: Duration) -> Option<News> {
        self.news.recv_timeout(longest).ok()
    }

    /// Tells a driver that was started here to leave: nothing new is begun from now on.
    pub(in crate::desk) fn leave(&mut self) {
        self.asks = None;
        self.reins.closing.store(true, Ordering::SeqCst);
        self.reins.leave.store(true, Ordering::SeqCst);
    }

    /// Returns whether the roll-out is driven from here.
    pub(in crate::desk) fn drives(&self) -> bool {
        self.reins.driving.load(Ordering::SeqCst)
    }

    /// Returns whether everything that was going on here has ended, waiting for it at most so long.
    pub(in crate::desk) fn has_ended(&self, longest: Duration) -> bool {
        !matches!(self.ended.recv_timeout(longest), Err(RecvTimeoutError::Timeout))
    }
}

impl Drop for Clerk {
    fn drop(&mut self) {
        self.leave();
    }
}

/// An order that waits for its answer.
struct Given {
    seq: i64,
    who: String,
    keys: Keys,
    looks: u32,
}

/// The thread's end.
struct Work {
    place: Place,
    plan: Arc<Plan>,
    journal: Option<Journal>,
    /// Entries of the log and whether it was driven, at the last picture.
    seen: Option<(u64, bool)>,
    /// When devices were back, as far as the log was read.
    returned: Arc<Returned>,
    driver: Option<Driver>,
    given: Vec<Given>,
    /// The device whose log is shown.
    shown: Option<u32>,
    news: SyncSender<News>,
    wake: Wake,
    reins: Arc<Reins>,
    /// What was wrong with the journal at the last look; it is said once.
    trouble: Option<String>,
}

impl Work {
    fn new(place: Place, plan: Arc<Plan>, (news, wake): (SyncSender<News>, Wake), reins: Arc<Reins>) -> Self {
        Self {
            place,
            plan,
            journal: None,
            seen: None,
            returned: Arc::default(),
            driver: None,
            given: Vec::new(),
            shown: None,
            news,
            wake,
            reins,
            trouble: None,
        }
    }

    fn run(mut self, inbox: &Receiver<Ask>) {
        self.tell(News::Picture(Arc::new(Picture::fresh(Arc::clone(&self.plan)))));
        loop {
            let trouble = self.look().err().map(|error| error.to_string());
            if trouble.is_some() {
                self.journal = None;
                if trouble != self.trouble {
                    self.failed(trouble.as_deref().unwrap_or_default());
                }
            }
            self.trouble = trouble;
            self.answers();
            self.ended();
            match inbox.recv_timeout(LOOK) {
                Ok(ask) => self.do_it(ask),
                Err(RecvTimeoutError::Timeout) => {}
                Err(RecvTimeoutError::Disconnected) => break,
            }
        }
        if let Some(driver) = self.driver.take() {
            self.reins.leave.store(true, Ordering::SeqCst);
            driver.wait();
            self.reins.driving.store(false, Ordering::SeqCst);
            (self.wake)();
        }
    }

    /// Brings news; returns whether there was room for them. A face that does not look for a while holds nothing up:
    /// pictures come again.
    fn tell(&self, news: News) -> bool {
        // Nobody listens any more where the roll-out was closed; the driver still ends in order.
        let told = self.news.try_send(news);
        (self.wake)();
        !matches!(told, Err(TrySendError::Full(_)))
    }

    fn failed(&self, why: &str) {
        self.tell(News::Failed(why.to_owned()));
    }

    /// Looks at the journal, and brings what has changed.
    fn look(&mut self) -> Result<(), JournalError> {
        if self.journal.is_none() {
            if !self.place.journal().exists() {
                return Ok(());
            }
            self.journal = Some(Journal::open(&self.place.journal())?);
            (self.seen, self.returned) = (None, Arc::default());
        }
        let Some(journal) = &self.journal else { return Ok(()) };
        let now = (journal.entries()?, journal.is_driven()?);
        if self.seen == Some(now) {
            return Ok(());
        }
        journal.follow(Arc::make_mut(&mut self.returned))?;
        let picture = Picture::with(Arc::clone(&self.plan), journal)?;
        let picture = Picture { returned: Arc::clone(&self.returned), ..picture };
        // What changed while it was read is looked at again.
        let seen = (now.0, picture.driven);
        self.seen = self.tell(News::Picture(Arc::new(picture))).then_some(seen);
        self.log()
    }

    /// Brings the log of the device that is shown.
    fn log(&self) -> Result<(), JournalError> {
        let (Some(journal), Some(device)) = (&self.journal, self.shown) else { return Ok(()) };
        let entries = journal.log_of(device, ENTRIES)?;
        self.tell(News::Log(device, entries));
        Ok(())
    }

    fn do_it(&mut self, ask: Ask) {
        let done = match ask {
            Ask::Log(device) => {
                self.shown = device;
                self.log().map_err(|error| error.to_string())
            }
            Ask::Approve { who, hash } => self.approve(&hash, &who).map_err(|error| error.to_string()),
            Ask::Order { order, who, keys } => {
                let stops = matches!(order, Order::Stop | Order::Pause);
                let done = self.order(order, who, keys);
                if done.is_err() && stops && self.driver.is_some() {
                    // The order could not be written down; what can be done without that is done.
                    self.reins.leave.store(true, Ordering::SeqCst);
                }
                done
            }
        };
        if let Err(sentence) = done {
            self.tell(News::Failed(sentence));
        }
    }

    /// Opens the journal, or creates it.
    fn journal(&mut self, who: &str) -> Result<&mut Journal, JournalError> {
        if self.journal.is_none() {
            let path = self.place.journal();
            self.journal = Some(if path.exists() {
                Journal::open(&path)?
            } else {
                Journal::create(&path, &self.plan, who, wall_ms())?
            });
        }
        self.journal.as_mut().ok_or_else(|| JournalError::NotDriving { path: self.place.journal() })
    }

    fn approve(&mut self, hash: &str, who: &str) -> Result<(), JournalError> {
        self.journal(who)?.approve(hash, who, wall_ms())
    }

    fn order(&mut self, order: Order, who: String, keys: Keys) -> Result<(), String> {
        let sentence = |error: JournalError| error.to_string();
        if self.journal.is_none() && order != Order::Start {
            return Err("Nobody started this roll-out yet, so there is nothing to order.".to_owned());
        }
        self.ended();
        let here = self.driver.is_some();
        let journal = self.journal(&who).map_err(sentence)?;
        if here || journal.is_driven().map_err(sentence)? {
            let seq = journal.give(&order, &who, wall_ms()).map_err(sentence)?;
            self.given.push(Given { seq, who, keys, looks: 0 });
            return Ok(());
        }
        if order == Order::Pause {
            self.tell(News::Said("No program drives this roll-out, so nothing is begun anyway.".to_owned()));
            return Ok(());
        }
        self.drive(Some(order), who, keys)
    }

    fn drive(&mut self, order: Option<Order>, who: String, keys: Keys) -> Result<(), String> {
        self.reins.leave.store(false, Ordering::SeqCst);
        if self.reins.closing.load(Ordering::SeqCst) {
            return Ok(());
        }
        self.driver = Some(Driver::start(&self.place, order, (who, keys), &self.reins.leave)?);
        self.reins.driving.store(true, Ordering::SeqCst);
        if self.reins.closing.load(Ordering::SeqCst) {
            self.reins.leave.store(true, Ordering::SeqCst);
        }
        Ok(())
    }

    /// Takes in the end of the driver.
    fn ended(&mut self) {
        let Some(result) = self.driver.as_ref().and_then(Driver::result) else { return };
        self.driver = None;
        self.reins.driving.store(false, Ordering::SeqCst);
        if let Err(sentence) = result {
            self.tell(News::Failed(sentence));
        }
    }

    /// Looks for answers to orders; one that nobody takes because the driver just ended is taken up here.
    fn answers(&mut self) {
        let Some(journal) = &self.journal else { return };
        let (mut refused, mut forgotten) = (Vec::new(), None);
        self.given.retain_mut(|given| {
            given.looks += 1;
            match journal.answer_to(given.seq) {
                Ok(Some(answer)) => {
                    refused.extend(Some(answer).filter(|answer| !answer.is_empty()));
                    false
                }
                Ok(None) if given.looks < PATIENCE => true,
                Ok(None) => {
                    forgotten = Some((given.who.clone(), given.keys.clone()));
                    false
                }
                Err(error) => {
                    refused.push(error.to_string());
                    false
                }
            }
        });
        let driven = journal.is_driven().unwrap_or(true);
        for sentence in refused {
            self.tell(News::Failed(sentence));
        }
        let Some((who, keys)) = forgotten else { return };
        if driven || self.driver.is_some() {
            self.failed("The program that drives this roll-out did not answer within 2 s; the order stands.");
        } else if let Err(sentence) = self.drive(None, who, keys) {
            self.tell(News::Failed(sentence));
        }
    }
}
