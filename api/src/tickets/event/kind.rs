//! The closed lists in reports: plan statuses, alert types and severities.

use serde::{Deserialize, Serialize};

/// Declares an enum whose values are named in capitals for machines and in words for people.
macro_rules! named {
    ($(#[$doc:meta])+ $name:ident { $($(#[$variant_doc:meta])+ $variant:ident = $code:literal, $label:literal;)+ }) => {
        $(#[$doc])+
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        pub enum $name {
            $($(#[$variant_doc])+ #[serde(rename = $code)] $variant,)+
        }

        impl $name {
            /// Every value.
            pub const ALL: &[Self] = &[$(Self::$variant),+];

            /// The name for machines.
            pub fn code(self) -> &'static str {
                match self {
                    $(Self::$variant => $code,)+
                }
            }

            /// The name for people.
            pub fn label(self) -> &'static str {
                match self {
                    $(Self::$variant => $label,)+
                }
            }
        }
    };
}

named! {
    /// How a plan's last run ended.
    PlanStatus {
        /// It did what it should.
        Success = "SUCCESS", "Success";
        /// It did not start in time, or was not successful for too long.
        Overdue = "OVERDUE", "Overdue";
        /// It failed.
        Error = "ERROR", "Failed";
        /// It is still running.
        Running = "RUNNING", "Running";
        /// The console does not know.
        Unknown = "UNKNOWN", "Unknown";
        /// It was stopped.
        Interrupted = "INTERRUPTED", "Interrupted";
        /// It vanished: the computer or the agent went down.
        UnexpectedlyClosed = "UNEXPECTEDLY_CLOSED", "Unexpectedly closed";
        /// It did what it could.
        Warning = "WARNING", "Completed with warnings";
    }
}

impl PlanStatus {
    /// The status that the console's API numbers so: 0 `Success` to 7 `Warning`.
    pub fn from_console(number: i64) -> Option<Self> {
        usize::try_from(number)
            .ok()
            .and_then(|index| Self::ALL.get(index))
            .copied()
    }
}

named! {
    /// What an RMM alert watches.
    AlertType {
        /// Load of the processor.
        CpuUsage = "CPU_USAGE", "CPU usage";
        /// Use of memory.
        MemoryUsage = "MEMORY_USAGE", "Memory usage";
        /// Use of a disk.
        UsedDiskSpace = "USED_DISK_SPACE", "Used disk space";
        /// Windows Update is missing or does not run.
        WindowsUpdate = "WINDOWS_UPDATE", "Windows Update not found or not running";
        /// The antivirus is missing, off or out of date.
        Antivirus = "ANTIVIRUS", "Antivirus issues";
        /// The clock is wrong.
        SystemTime = "SYSTEM_TIME", "Incorrect system time";
        /// Temperature of the processor.
        CpuTemperature = "CPU_TEMPERATURE", "CPU temperature";
        /// A disk foretells its failure.
        Smart = "SMART", "S.M.A.R.T. issues";
        /// The computer is not heard of.
        ConnectionLoss = "CONNECTION_LOSS", "Connection loss";
        /// Software was installed or removed.
        SoftwareChanges = "SOFTWARE_CHANGES", "Software changes";
        /// Hardware was added or removed.
        HardwareChanges = "HARDWARE_CHANGES", "Hardware changes";
        /// A service does not run.
        ServiceState = "SERVICE_STATE", "Service state";
        /// A device on the network is in trouble.
        SnmpDevices = "SNMP_DEVICES", "SNMP devices";
    }
}

named! {
    /// How bad an RMM alert is, mildest first.
    AlertSeverity {
        /// All is well.
        Healthy = "HEALTHY", "Healthy";
        /// It is on its way to trouble.
        Warning = "WARNING", "Warning";
        /// It is trouble.
        Problem = "PROBLEM", "Problem";
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_consoles_numbers_are_known() {
        assert_eq!(PlanStatus::from_console(0), Some(PlanStatus::Success));
        assert_eq!(PlanStatus::from_console(6), Some(PlanStatus::UnexpectedlyClosed));
        assert_eq!(PlanStatus::from_console(7), Some(PlanStatus::Warning));
        assert_eq!(
            (PlanStatus::from_console(8), PlanStatus::from_console(-1)),
            (None, None)
        );
        assert_eq!(AlertType::ALL.len(), 13);
    }
}
