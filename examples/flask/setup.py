from setuptools import setup

setup(
    name='yourapplication',
    version='1.0',
    packages=['yourapplication'],
    description='A small web application to deploy',
)
