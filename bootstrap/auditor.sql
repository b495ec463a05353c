-- Makes the user that reads the account for `ops audit` and `ops drift`. A person with ACCOUNTADMIN runs it once, after
-- account.sql; running it again changes nothing but the public key and the networks.
--
-- Fill it in with `ops bootstrap render-auditor`, or by hand:
--   {{ auditor_public_key }}  public key of the auditor: one line of base64, no header, 3072 bits or more
--   {{ auditor_cidrs }}       where audits run: '203.0.113.16/28', '198.51.100.7/32'
--
-- It sees how the account is set up and no data: it has SELECT on no table and may change nothing. What its role may not
-- read is named in every report as a blind spot, with the statement and Snowflake's message.

USE ROLE ACCOUNTADMIN;

CREATE ROLE IF NOT EXISTS ECOMMERCE_AUDITOR
    COMMENT = 'Sees how the account is set up; no data, no changes';

GRANT ROLE ECOMMERCE_AUDITOR TO ROLE SYSADMIN;

-- Grants, users, roles, credentials, network policies and rules, password policies
GRANT DATABASE ROLE SNOWFLAKE.SECURITY_VIEWER TO ROLE ECOMMERCE_AUDITOR;
-- Masking and row access policies, where policies and tags are set
GRANT DATABASE ROLE SNOWFLAKE.GOVERNANCE_VIEWER TO ROLE ECOMMERCE_AUDITOR;
-- Tables, views and their columns by name and type
GRANT DATABASE ROLE SNOWFLAKE.OBJECT_VIEWER TO ROLE ECOMMERCE_AUDITOR;
-- Lets SHOW list every object, without any right to use one
GRANT RESOLVE ALL ON ACCOUNT TO ROLE ECOMMERCE_AUDITOR;
-- Queries on the views need a warehouse
GRANT USAGE ON WAREHOUSE ECOMMERCE_DEPLOYER_WH TO ROLE ECOMMERCE_AUDITOR;

-- Whether RESOLVE ALL is enough for SHOW FUTURE GRANTS, SHOW PARAMETERS FOR USER and DESCRIBE of an authentication policy
-- is not documented; what it is not enough for is a blind spot. MANAGE GRANTS is enough for all of it, but with it the
-- auditor could give itself everything. Only where blind spots are worse than that:
-- GRANT MANAGE GRANTS ON ACCOUNT TO ROLE ECOMMERCE_AUDITOR;

CREATE NETWORK POLICY IF NOT EXISTS ECOMMERCE_AUDITOR_NETWORK
    ALLOWED_IP_LIST = ({{ auditor_cidrs }})
    COMMENT = 'Where audits run';

ALTER NETWORK POLICY ECOMMERCE_AUDITOR_NETWORK SET ALLOWED_IP_LIST = ({{ auditor_cidrs }});

CREATE USER IF NOT EXISTS SVC_ECOMMERCE_AUDITOR
    TYPE = SERVICE
    RSA_PUBLIC_KEY = '{{ auditor_public_key }}'
    DEFAULT_ROLE = ECOMMERCE_AUDITOR
    DEFAULT_WAREHOUSE = ECOMMERCE_DEPLOYER_WH
    DEFAULT_SECONDARY_ROLES = ()
    NETWORK_POLICY = ECOMMERCE_AUDITOR_NETWORK
    STATEMENT_TIMEOUT_IN_SECONDS = 60
    COMMENT = 'Runs audits';

ALTER USER SVC_ECOMMERCE_AUDITOR SET RSA_PUBLIC_KEY = '{{ auditor_public_key }}';

ALTER USER SVC_ECOMMERCE_AUDITOR
    SET AUTHENTICATION POLICY ECOMMERCE_BOOTSTRAP.POLICIES.DEPLOYER_AUTHENTICATION FORCE;

GRANT ROLE ECOMMERCE_AUDITOR TO USER SVC_ECOMMERCE_AUDITOR;
