"""Entropy normalization inside other people's libraries, each in a module that imports its library.

========================  =======================================================================================
module                    brings
========================  =======================================================================================
`entnorm.adapters.torch`  `softmax` and its relatives for tensors, on their device, differentiable to any order
========================  =======================================================================================
"""
