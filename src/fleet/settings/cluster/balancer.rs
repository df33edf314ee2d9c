//! Load balancers of a cluster.

use crate::fleet::setting::{Absent, Certainty, Choice, Setting, Unit};
use crate::fleet::settings::platform::CERTIFICATES;
use crate::fleet::settings::platform::ON_OFF;

/// Load balancers with known habits.
pub const BALANCER_PRODUCTS: &[Choice] = &[
    Choice { value: "haproxy", label: "HAProxy", meaning: "HAProxy, as in the vendor's samples." },
    Choice { value: "nginx", label: "nginx", meaning: "nginx as a proxy." },
    Choice { value: "f5", label: "F5", meaning: "An F5 appliance." },
    Choice { value: "aws-alb", label: "AWS application load balancer", meaning: "Idle timeout 60 s." },
    Choice { value: "aws-nlb", label: "AWS network load balancer", meaning: "Idle timeout 350 s." },
    Choice {
        value: "azure",
        label: "Azure Load Balancer",
        meaning: "Drops idle flows without a reset unless told otherwise.",
    },
    Choice { value: "other", label: "Other", meaning: "Anything else." },
];

/// Where TLS of the devices ends.
pub const TLS_PLACES: &[Choice] = &[
    Choice { value: "ends", label: "Ends here", meaning: "The load balancer does the handshakes." },
    Choice { value: "passes", label: "Passes through", meaning: "TLS ends behind it." },
    Choice { value: "none", label: "No TLS", meaning: "Devices speak in the clear." },
];

/// How a client stays with one server.
pub const STICKINESS: &[Choice] = &[
    Choice { value: "cookie", label: "Cookie", meaning: "By a cookie." },
    Choice {
        value: "source-address",
        label: "Source address",
        meaning: "By the address from which it comes.",
    },
    Choice { value: "none", label: "None", meaning: "Every connection goes anywhere." },
];

/// The rows.
pub const LOAD_BALANCER: &[Setting] = &[
    Setting {
        key: "product",
        label: "Product",
        unit: Unit::Choice(BALANCER_PRODUCTS),
        absent: Absent::Word("haproxy"),
        certainty: Certainty::Assumed,
        source: "The vendor's samples are for HAProxy",
        meaning: "What the load balancer is.",
        effect: "Used by rule T029 and where files are read.",
        ..Setting::BLANK
    },
    Setting {
        key: "max_connections",
        label: "Connections",
        unit: Unit::Count("connections"),
        range: (1.0, 100_000_000.0),
        absent: Absent::Number(10000.0),
        certainty: Certainty::Documented,
        source: "Vendor's HAProxy sample: maxconn 10000",
        meaning: "Most connections that it holds.",
        effect: "Attempts beyond it are refused.",
        ..Setting::BLANK
    },
    Setting {
        key: "idle_timeout_s",
        label: "Idle timeout",
        unit: Unit::Seconds,
        range: (1.0, 604_800.0),
        whole: false,
        absent: Absent::Number(3600.0),
        certainty: Certainty::Documented,
        source: "Vendor's HAProxy sample: timeout tunnel 1h; clouds 60 s to 350 s",
        meaning: "A connection without a message for this long is cut.",
        effect: "Below the ping period of the devices it cuts all of them again and again.",
        ..Setting::BLANK
    },
    Setting {
        key: "limit_per_s",
        label: "Limit of new connections",
        unit: Unit::PerSecond,
        range: (1.0, 10_000_000.0),
        absent: Absent::Nothing,
        certainty: Certainty::Documented,
        source: "Your configuration: rate-limit sessions and the like",
        meaning: "New connections that it lets through in a second.",
        effect: "Those beyond it wait.",
        ..Setting::BLANK
    },
    Setting {
        key: "source_addresses",
        label: "Source addresses",
        unit: Unit::Count("addresses"),
        range: (1.0, 100_000.0),
        absent: Absent::Number(1.0),
        certainty: Certainty::Documented,
        source: "Your configuration: source addresses towards the servers",
        meaning: "Addresses from which it connects to the servers.",
        effect: "Times the outgoing ports: what it can pass to one server.",
        ..Setting::BLANK
    },
    Setting {
        key: "tls",
        label: "Encryption (TLS)",
        unit: Unit::Choice(TLS_PLACES),
        absent: Absent::Word("ends"),
        certainty: Certainty::Documented,
        source: "The vendor's sample ends TLS at HAProxy; it may end behind it",
        meaning: "Where TLS of the devices ends.",
        effect: "Where it ends here, cores and certificate limit the handshakes per second.",
        ..Setting::BLANK
    },
    Setting {
        key: "certificate",
        label: "Certificate",
        unit: Unit::Choice(CERTIFICATES),
        absent: Absent::Word("rsa-2048"),
        certainty: Certainty::Assumed,
        source: "The most common certificate",
        meaning: "Kind of its certificate.",
        effect: "Gives the time of one handshake.",
        ..Setting::BLANK
    },
    Setting {
        key: "host",
        label: "Host in the address",
        unit: Unit::Text,
        absent: Absent::Nothing,
        certainty: Certainty::Documented,
        source: "The address that devices have in their files",
        meaning: "Name under which this is reached.",
        effect: "Used by rule T047 only.",
        ..Setting::BLANK
    },
    Setting {
        key: "certificate_names",
        label: "Names in the certificate",
        unit: Unit::Text,
        absent: Absent::Nothing,
        certainty: Certainty::Documented,
        source: "The certificate itself, its subject alternative names",
        meaning: "Names for which the certificate is valid, with commas between them.",
        effect: "Used by rule T047 only.",
        ..Setting::BLANK
    },
    Setting {
        key: "certificate_expires",
        label: "Certificate ends",
        unit: Unit::Moment,
        absent: Absent::Nothing,
        certainty: Certainty::Documented,
        source: "The certificate itself",
        meaning: "When the certificate is no longer valid.",
        effect: "Used by rule T047 only.",
        ..Setting::BLANK
    },
    Setting {
        key: "routes",
        label: "Routes to Connection Servers",
        unit: Unit::Text,
        absent: Absent::Word(
            "/Thingworx/WS, /Thingworx/WSTunnelServer, /Thingworx/WSTunnelClient, /Thingworx/VWS",
        ),
        certainty: Certainty::Documented,
        source: "Vendor's help: these four go to the Connection Servers, everything else to Foundation",
        meaning: "Paths that it sends to Connection Servers, with commas between them.",
        effect: "Used by rule T021 only.",
        ..Setting::BLANK
    },
    Setting {
        key: "foundation_check",
        label: "Health check of Foundation",
        unit: Unit::Text,
        absent: Absent::Word("/Thingworx/ready"),
        certainty: Certainty::Documented,
        source: "Vendor's help: /Thingworx/ready must be used; /Thingworx/health only says that the process runs",
        meaning: "Path that it asks whether a Foundation server takes traffic; `tcp` for a port check.",
        effect: "Used by rule T022 only.",
        ..Setting::BLANK
    },
    Setting {
        key: "connection_check",
        label: "Checks Connection Servers",
        unit: Unit::Choice(ON_OFF),
        absent: Absent::Word("on"),
        certainty: Certainty::Documented,
        source: "Vendor's help: Connection Servers have a health port",
        meaning: "Whether it asks the health port of the Connection Servers.",
        effect: "Without it a Connection Server that is gone is never taken out; used by rule T023.",
        ..Setting::BLANK
    },
    Setting {
        key: "check_interval_s",
        label: "Check interval",
        unit: Unit::Seconds,
        range: (0.01, 3_600.0),
        whole: false,
        absent: Absent::Number(2.0),
        certainty: Certainty::Inferred,
        source: "HAProxy's default of inter",
        meaning: "Time between two health checks.",
        effect: "Times the failed checks: how long a server that is gone is still sent devices; used by rule T024.",
        ..Setting::BLANK
    },
    Setting {
        key: "check_fall",
        label: "Failed checks",
        unit: Unit::Count("checks"),
        range: (1.0, 1_000.0),
        absent: Absent::Number(3.0),
        certainty: Certainty::Inferred,
        source: "HAProxy's default of fall",
        meaning: "Failed checks after which a server is taken out.",
        effect: "Times the interval: how long a server that is gone is still sent devices; used by rule T024.",
        ..Setting::BLANK
    },
    Setting {
        key: "stickiness",
        label: "Stickiness",
        unit: Unit::Choice(STICKINESS),
        absent: Absent::Word("cookie"),
        certainty: Certainty::Documented,
        source: "Vendor's help: cookie or address; sessions belong to one server",
        meaning: "How HTTP sessions stay with their Foundation server.",
        effect: "Used by rules T025 and T026 only.",
        ..Setting::BLANK
    },
    Setting {
        key: "device_stickiness",
        label: "Devices stay with a server",
        unit: Unit::Choice(ON_OFF),
        absent: Absent::Word("off"),
        certainty: Certainty::Documented,
        source: "Vendor's notes on data ordering: stickiness by device or address",
        meaning: "Whether a device always meets the same Connection Server.",
        effect: "Where they do, those of a server that is gone are sent there until it is noticed; used by rule T054.",
        ..Setting::BLANK
    },
    Setting {
        key: "resets_idle",
        label: "Resets idle flows",
        unit: Unit::Choice(ON_OFF),
        absent: Absent::Word("on"),
        certainty: Certainty::Documented,
        source: "Azure Load Balancer: TCP reset on idle is an option, off by default",
        meaning: "Whether it tells both sides when it cuts an idle flow.",
        effect: "Used by rule T029 only.",
        ..Setting::BLANK
    },
    Setting {
        key: "open_files",
        label: "Open files of the service",
        unit: Unit::Count("files"),
        range: (1.0, 1_000_000_000.0),
        absent: Absent::Nothing,
        certainty: Certainty::Documented,
        source: "The limit of the service: ulimit -n, LimitNOFILE",
        meaning: "Most files that it may have open, where it is smaller than its machine's.",
        effect: "A connection takes two.",
        ..Setting::BLANK
    },
    Setting {
        key: "takes_cores",
        label: "Cores taken",
        unit: Unit::Count("cores"),
        range: (0.0, 1_024.0),
        whole: false,
        absent: Absent::Number(2.0),
        certainty: Certainty::Assumed,
        source: "A usual share beside other components: measure yours",
        meaning: "Cores that the load balancer needs on its machine.",
        effect: "Taken from the cores that Foundation on the same machine has for sign-ins and writes.",
        ..Setting::BLANK
    },
    Setting {
        key: "takes_gib",
        label: "Memory taken",
        unit: Unit::Count("GiB"),
        range: (0.0, 4_096.0),
        whole: false,
        absent: Absent::Number(1.0),
        certainty: Certainty::Assumed,
        source: "A usual size: look at your own processes",
        meaning: "Memory that the load balancer needs on its machine.",
        effect: "Taken from the memory that Foundation on the same machine has.",
        ..Setting::BLANK
    },
    Setting {
        key: "takes_files",
        label: "Files taken",
        unit: Unit::Count("files"),
        range: (0.0, 100_000_000.0),
        absent: Absent::Number(200.0),
        certainty: Certainty::Assumed,
        source: "Libraries, logs and connections between servers: count yours",
        meaning: "Open files that the load balancer needs beside the connections of devices.",
        effect: "Taken from the open files of the machine before devices are counted.",
        ..Setting::BLANK
    },
];
