//! Boards and what hangs on them: statuses, types, subtypes, items and what goes with what, priorities, sources, teams.

use crate::connectwise::model::{Model, choice, flag, int, open, text, time, to};
use crate::connectwise::resource::Resource;

/// `Board`, as the vendor describes it.
pub(crate) static BOARD: Model = Model {
    type_name: "Board",
    resource: "board",
    label: "Board",
    fields: &[
        int("id").read_only(),
        text("name", 50).required(),
        open("location").required(),
        open("department").required(),
        flag("inactiveFlag"),
        open("signOffTemplate"),
        flag("sendToContactFlag"),
        open("contactTemplate"),
        flag("sendToResourceFlag"),
        open("resourceTemplate"),
        flag("projectFlag"),
        flag("showDependenciesFlag"),
        flag("showEstimatesFlag"),
        open("boardIcon"),
        flag("billTicketsAfterClosedFlag"),
        flag("billTicketSeparatelyFlag"),
        flag("billUnapprovedTimeExpenseFlag"),
        flag("overrideBillingSetupFlag"),
        to("dispatchMember", Resource::Members),
        to("serviceManagerMember", Resource::Members),
        to("dutyManagerMember", Resource::Members),
        to("oncallMember", Resource::Members),
        open("workRole"),
        open("workType"),
        choice("billTime", BILL),
        choice("billExpense", BILL),
        choice("billProduct", BILL),
        open("autoCloseStatus"),
        flag("autoAssignNewTicketsFlag"),
        flag("autoAssignNewECTicketsFlag"),
        flag("autoAssignNewPortalTicketsFlag"),
        flag("discussionsLockedFlag"),
        flag("timeEntryLockedFlag"),
        text("notifyEmailFrom", 50),
        text("notifyEmailFromName", 60),
        flag("closedLoopDiscussionsFlag"),
        flag("closedLoopResolutionFlag"),
        flag("closedLoopInternalAnalysisFlag"),
        flag("timeEntryDiscussionFlag"),
        flag("timeEntryResolutionFlag"),
        flag("timeEntryInternalAnalysisFlag"),
        choice("problemSort", SORT),
        choice("resolutionSort", SORT),
        choice("internalAnalysisSort", SORT),
        flag("emailConnectorAllowReopenClosedFlag"),
        open("emailConnectorReopenStatus"),
        flag("emailConnectorReopenResourcesFlag"),
        flag("emailConnectorNewTicketNoMatchFlag"),
        flag("emailConnectorNeverReopenByDaysFlag"),
        int("emailConnectorReopenDaysLimit"),
        flag("emailConnectorNeverReopenByDaysClosedFlag"),
        int("emailConnectorReopenDaysClosedLimit"),
        flag("useMemberDisplayNameFlag"),
        flag("sendToCCFlag"),
        flag("autoAssignTicketOwnerFlag"),
        flag("autoAssignLimitFlag"),
        int("autoAssignLimitAmount"),
        flag("closedLoopAllFlag"),
        choice(
            "percentageCalculation",
            &["ActualHours", "Manual", "ClosedPhases", "ClosedTickets"],
        ),
        choice("allSort", SORT),
        flag("markFirstNoteIssueFlag"),
        flag("restrictBoardByDefaultFlag"),
        flag("sendToBundledFlag"),
        open("_info").read_only(),
        text("connectWiseId", 0).read_only(),
    ],
};

/// `BoardStatus`, as the vendor describes it.
pub(crate) static BOARD_STATUS: Model = Model {
    type_name: "BoardStatus",
    resource: "boardStatus",
    label: "BoardStatus",
    fields: &[
        int("id").read_only(),
        text("name", 50).required(),
        to("board", Resource::Boards),
        int("sortOrder"),
        flag("displayOnBoard"),
        flag("inactive"),
        flag("closedStatus"),
        flag("timeEntryNotAllowed"),
        flag("roundRobinCatchall"),
        flag("defaultFlag"),
        choice(
            "escalationStatus",
            &[
                "NotResponded",
                "Responded",
                "ResolutionPlan",
                "Resolved",
                "NoEscalation",
            ],
        ),
        text("customerPortalDescription", 500),
        flag("customerPortalFlag"),
        open("emailTemplate"),
        open("statusIndicator"),
        text("customStatusIndicatorName", 30),
        open("_info").read_only(),
        flag("saveTimeAsNote"),
        text("connectWiseId", 0).read_only(),
        text("parentConnectWiseId", 0),
        int("parentId"),
        int("grandParentId"),
        text("grandParentConnectWiseId", 0),
    ],
};

/// `BoardType`, as the vendor describes it.
pub(crate) static BOARD_TYPE: Model = Model {
    type_name: "BoardType",
    resource: "boardType",
    label: "BoardType",
    fields: &[
        int("id").read_only(),
        text("name", 50).required(),
        choice("category", &["Reactive", "Proactive"]),
        flag("defaultFlag"),
        flag("inactiveFlag"),
        flag("requestForChangeFlag"),
        text("integrationXref", 50),
        open("skillCategory"),
        open("skill"),
        to("board", Resource::Boards),
        open("location"),
        open("department"),
        open("_info").read_only(),
        text("connectWiseId", 0).read_only(),
        text("parentConnectWiseId", 0),
        int("parentId"),
        int("grandParentId"),
        text("grandParentConnectWiseId", 0),
    ],
};

/// `BoardSubType`, as the vendor describes it.
pub(crate) static BOARD_SUB_TYPE: Model = Model {
    type_name: "BoardSubType",
    resource: "boardSubType",
    label: "BoardSubType",
    fields: &[
        int("id").read_only(),
        text("name", 50).required(),
        flag("inactiveFlag"),
        open("typeAssociationIds"),
        flag("addAllTypesFlag").unreturned(),
        flag("removeAllTypesFlag").unreturned(),
        to("board", Resource::Boards),
        open("_info").read_only(),
        text("connectWiseId", 0).read_only(),
        text("parentConnectWiseId", 0),
        int("parentId"),
        int("grandParentId"),
        text("grandParentConnectWiseId", 0),
    ],
};

/// `BoardItem`, as the vendor describes it.
pub(crate) static BOARD_ITEM: Model = Model {
    type_name: "BoardItem",
    resource: "boardItem",
    label: "BoardItem",
    fields: &[
        int("id").read_only(),
        text("name", 50).required(),
        flag("inactiveFlag"),
        to("board", Resource::Boards),
        open("_info").read_only(),
        text("connectWiseId", 0).read_only(),
        text("parentConnectWiseId", 0),
        int("parentId"),
        int("grandParentId"),
        text("grandParentConnectWiseId", 0),
    ],
};

/// `BoardTypeSubTypeItemAssociation`, as the vendor describes it.
pub(crate) static BOARD_ASSOCIATION: Model = Model {
    type_name: "BoardTypeSubTypeItemAssociation",
    resource: "boardTypeSubTypeItemAssociation",
    label: "BoardTypeSubTypeItemAssociation",
    fields: &[
        int("id").read_only(),
        to("type", Resource::BoardTypes),
        to("subType", Resource::BoardSubTypes),
        to("item", Resource::BoardItems),
        to("board", Resource::Boards),
        open("_info").read_only(),
    ],
};

/// `BoardTeam`, as the vendor describes it.
pub(crate) static BOARD_TEAM: Model = Model {
    type_name: "BoardTeam",
    resource: "boardTeam",
    label: "BoardTeam",
    fields: &[
        int("id").read_only(),
        text("name", 30).required(),
        to("teamLeader", Resource::Members).required(),
        open("members"),
        flag("defaultFlag"),
        flag("notifyOnTicketDelete"),
        flag("defaultRoundRobinFlag"),
        flag("roundRobinFlag"),
        int("boardId"),
        int("locationId"),
        int("businessUnitId"),
        open("_info").read_only(),
        text("connectWiseId", 0).read_only(),
        text("parentConnectWiseId", 0),
        int("parentId"),
        int("grandParentId"),
        text("grandParentConnectWiseId", 0),
    ],
};

/// `Priority`, as the vendor describes it.
pub(crate) static PRIORITY: Model = Model {
    type_name: "Priority",
    resource: "priority",
    label: "Priority",
    fields: &[
        int("id").read_only(),
        text("name", 50).required(),
        choice(
            "color",
            &[
                "Black", "Blue", "Cyan", "Gray", "Green", "Lime", "Orange", "Pink", "Purple", "Red", "White", "Yellow",
                "Custom",
            ],
        )
        .required(),
        int("sortOrder"),
        flag("defaultFlag"),
        text("imageLink", 0),
        text("urgencySortOrder", 0),
        choice("level", &["Critical", "High", "Medium", "Low"]),
        open("_info").read_only(),
        text("connectWiseId", 0).read_only(),
    ],
};

/// `Source`, as the vendor describes it.
pub(crate) static SOURCE: Model = Model {
    type_name: "Source",
    resource: "source",
    label: "Source",
    fields: &[
        int("id").read_only(),
        text("name", 50).required(),
        flag("defaultFlag"),
        text("enteredBy", 0).read_only(),
        time("dateEntered").read_only(),
        open("_info").read_only(),
        text("connectWiseId", 0).read_only(),
    ],
};

/// `ServiceTeam`, as the vendor describes it.
pub(crate) static TEAM: Model = Model {
    type_name: "ServiceTeam",
    resource: "serviceTeam",
    label: "ServiceTeam",
    fields: &[
        int("id").read_only(),
        text("name", 0),
        to("leader", Resource::Members),
        open("location"),
        open("department"),
        flag("deleteNotifyFlag"),
        open("_info").read_only(),
    ],
};

const BILL: &[&str] = &["Billable", "DoNotBill", "NoCharge", "NoDefault"];
const SORT: &[&str] = &["Ascending", "Descending"];
