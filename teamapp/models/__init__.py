"""All nouns of the house: one graph, in the order their tables lean on each other."""

from .catalog import CATALOGUES, AccountKind, Language, Obstacle, Procedure, Topic, UnitType
from .dossier import Dossier
from .household import Consent, Household, Resident, Stay
from .place import Commune, Counter, Installation, Province, Turn, Village
from .receipt import InboxItem, Mishap, Receipt, StrayEnvelope
from .round import Assignment, Round, RoundVillage
from .session import Device, Session
from .step import Standing, Step
from .tally import Coverage, Marker, Tally, Target
from .throttle import Attempt, MustWait, Throttle
from .user import Membership, Speaks, User
from .visit import Companion, Visit

TABLES = (
    *CATALOGUES, Province, Commune, Counter, Village, Installation,
    User, Membership, Speaks, Session, Throttle, Device,
    Household, Stay, Resident, Consent, Visit, Companion, Step, Standing, Dossier,
    Round, RoundVillage, Assignment, Tally, Marker, Coverage, Target, Receipt, InboxItem, Mishap,
    StrayEnvelope,
)

__all__ = [
    "CATALOGUES", "TABLES", "AccountKind", "Assignment", "Attempt", "Commune", "Companion",
    "Consent", "Counter", "Coverage", "Device", "Dossier", "Household", "InboxItem",
    "Installation", "Language", "Marker", "Membership", "Mishap", "MustWait", "Obstacle",
    "Procedure", "Province", "Receipt", "Resident", "Round", "RoundVillage", "Session",
    "Speaks", "Standing", "Stay", "Step", "StrayEnvelope", "Tally", "Target", "Throttle",
    "Topic", "Turn", "UnitType", "User", "Village", "Visit",
]
