//! After a trip: devices are looked at, and one that somebody names is restarted, each by a process of its own.

use super::*;

#[test]
fn after_a_trip_failed_devices_are_looked_at_and_restarted_by_name_and_nobody_else_is() {
    let world = World::new(30, |request| {
        request.waves = "6,rest".into();
        request.budgets.failed = 1;
        request.pace.at_once = 1;
    });
    let plan = Journal::open(&world.journal).unwrap().plan().unwrap();
    let beside = |at: usize, name: &str| {
        Path::new(&*plan.devices()[at].address).join(format!(".a.json.regather-{name}"))
    };
    // A folder stands where the stamp is written, so that the restart fails.
    let blocked = [1, 2].map(|at| beside(at, "stamp.new"));
    for path in &blocked {
        std::fs::create_dir(path).unwrap();
    }
    let status = world.drive_with(Texts, Some(Order::Start), &mut |_, _| {}).unwrap();
    let rows = world.rows();
    assert_eq!(status, Status::Tripped, "{rows:?}");
    assert!([1, 2].iter().all(|at| rows[*at].may_be_restarted(status) && rows[*at].round == 1), "{rows:?}");
    for path in &blocked {
        std::fs::remove_dir(path).unwrap();
    }
    let stamp_of = |at: usize| {
        let path = beside(at, "stamp");
        path.exists().then(|| crate::base::file::read_text(&path, 100).unwrap())
    };
    let stamps = || (0..30).map(stamp_of).collect::<Vec<_>>();
    let before = stamps();
    // One of them did restart, and its stamp says so.
    crate::base::file::write_atomic(&beside(1, "stamp"), format!("{}-1", plan.name()).as_bytes()).unwrap();
    assert_eq!(world.drive_with(Texts, Some(Order::Look), &mut |_, _| {}).unwrap(), Status::Tripped);
    let looked = world.rows();
    assert_eq!((looked[1].state, looked[2].state), (State::Verified, rows[2].state));
    assert_eq!(looked[2].class, rows[2].class, "it is what it was");
    let never = world.drive_with(Texts, Some(Order::Restart { device: 20 }), &mut |_, _| {}).unwrap_err();
    assert!(never.to_string().contains("in doubt or whose restart failed"), "{never}");
    let named = Some(Order::Restart { device: 2 });
    assert_eq!(world.drive_with(Texts, named, &mut |_, _| {}).unwrap(), Status::Tripped, "it stays tripped");
    assert_eq!((world.rows()[2].state, world.rows()[2].round), (State::Verified, 2));
    let after = stamps();
    let touched: Vec<usize> = (0..30).filter(|at| after[*at] != before[*at]).collect();
    assert_eq!(touched, [1, 2], "the one that was adopted and the one that was named");
    for (at, row) in world.rows().iter().enumerate() {
        assert!(at == 1 || at == 2 || *row == rows[at], "{at}: {row:?}");
    }
    Journal::open(&world.journal).unwrap().verify_log().unwrap();
}
