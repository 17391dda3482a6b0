"""x"""
from entnorm.joint.tables import *
from entnorm.joint.readings import *
from entnorm.joint.common import *
from entnorm.joint.fitting import *
from entnorm.joint.roots import *
