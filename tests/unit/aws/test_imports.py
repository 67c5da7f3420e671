import subprocess
import sys

WITHOUT_SDK = """
import sys
from cleanrooms_governance.aws import AwsAccounts
from cleanrooms_governance.desired import Access, Credentials
here = Credentials(environment=True)
AwsAccounts("acme/prod")(Access("111122223333", here, here), "eu-west-1")
print(sorted({name.split(".")[0] for name in sys.modules} & {"boto3", "botocore", "urllib3"}))
"""


def test_opening_an_account_imports_no_sdk_before_the_first_call() -> None:
    ran = subprocess.run([sys.executable, "-c", WITHOUT_SDK], capture_output=True, text=True, check=False)

    assert ("[]", "") == (ran.stdout.strip(), ran.stderr)
