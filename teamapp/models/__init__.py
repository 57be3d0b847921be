"""All nouns of the field: one graph; TABLES lists each table after those it refers to."""

from .account_status import AccountStatus
from .attempt import Attempt, MustWait, UnknownCard
from .catalog import CATALOGUES, AccountKind, Language, Obstacle, Procedure, Topic, UnitType
from .change import Change
from .commune import Commune, Counter, Province, WriteTransaction
from .consent import Consent
from .coverage import Coverage
from .deed import Deed
from .device import Device
from .distinct_mark import DistinctMark
from .dossier import Dossier, Filing
from .gathering import Gathering
from .household import Household, VillageStay
from .installation import Installation
from .lost_phone import LostPhone
from .open_reviews import OpenReviews
from .processing_failure import ProcessingFailure
from .receipt import Receipt
from .rejected_entry import RejectedEntry
from .resident import Resident
from .round import Assignment, Round, RoundVillage
from .session import Session
from .sign_in_card import SignInCard
from .speaks import Speaks
from .step import Step
from .tally import Tally
from .target import Target
from .throttle import Throttle
from .undeliverable_envelope import UndeliverableEnvelope
from .user import Membership, User
from .village import Village
from .visit import Companion, LivePeriod, Visit

TABLES = (
    *CATALOGUES, Province, Commune, Counter, Village, Installation,
    User, Membership, Speaks, Session, SignInCard, Throttle, Device, LostPhone, Deed,
    Household, VillageStay, Resident, Gathering, Visit, Companion, Consent, Step, AccountStatus,
    Dossier, Filing, Change, LivePeriod,
    Round, RoundVillage, Assignment, Tally, DistinctMark, Coverage, Target,
    Receipt, RejectedEntry, ProcessingFailure, UndeliverableEnvelope,
)

__all__ = [
    "AccountKind", "AccountStatus", "Assignment", "Attempt", "CATALOGUES", "Change", "Commune",
    "Companion", "Consent", "Counter", "Coverage", "Deed", "Device", "DistinctMark", "Dossier",
    "Filing", "Gathering", "Household", "Installation", "Language", "LivePeriod", "LostPhone",
    "Membership", "MustWait", "Obstacle", "OpenReviews", "Procedure", "ProcessingFailure",
    "Province", "Receipt", "RejectedEntry", "Resident", "Round", "RoundVillage", "Session",
    "SignInCard", "Speaks", "Step", "TABLES", "Tally", "Target", "Throttle", "Topic",
    "UndeliverableEnvelope", "UnitType", "UnknownCard", "User", "Village", "VillageStay", "Visit",
    "WriteTransaction",
]
