"""The measuring bench (基准): how fast is the house, on this machine, with durable settings?"""
