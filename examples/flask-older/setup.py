from setuptools import setup

setup(name='yourapplication', version='1.0', packages=['yourapplication'], zip_safe=False,
      description='A small web application to deploy')
