import threading
import time

import pytest

from local.engine import execute
from local.errors import SnowflakeError
from local.results import Deferred
from tests.local.conftest import Account, Client


@pytest.fixture
def admin(account: Account) -> Client:
    client = account.admin
    for sql in ("CREATE WAREHOUSE WH", "CREATE DATABASE D", "CREATE TABLE T (ID INT)", "CREATE TABLE U (ID INT)"):
        client.run(sql)
    return client


def beside(account: Account, client: Client) -> Client:
    """Another session in the same schema with the same warehouse."""
    other = account.admin
    mine, session = client.context.session, other.context.session
    session.database, session.schema, session.warehouse = mine.database, mine.schema, mine.warehouse
    return other


def count(client: Client, table: str = "T") -> str | None:
    return client.run(f"SELECT COUNT(*) FROM {table}").rows[0][0]  # noqa: S608


def test_rollback_takes_back_every_table(admin: Client) -> None:
    admin.run("BEGIN TRANSACTION")
    admin.run("INSERT INTO T VALUES (1)")
    admin.run("INSERT INTO U VALUES (1)")
    assert (count(admin), count(admin, "U")) == ("1", "1")
    admin.run("ROLLBACK")
    assert (count(admin), count(admin, "U")) == ("0", "0")


def test_two_databases_in_one_transaction(admin: Client) -> None:
    admin.run("CREATE DATABASE E")
    admin.run("CREATE TABLE E.PUBLIC.T (ID INT)")
    admin.run("BEGIN")
    admin.run("INSERT INTO D.PUBLIC.T VALUES (1)")
    admin.run("INSERT INTO E.PUBLIC.T VALUES (1)")
    admin.run("COMMIT")
    assert (count(admin, "D.PUBLIC.T"), count(admin, "E.PUBLIC.T")) == ("1", "1")


def test_others_see_nothing_before_commit(account: Account, admin: Client) -> None:
    other = beside(account, admin)
    admin.run("BEGIN")
    admin.run("INSERT INTO T VALUES (1)")
    assert count(other) == "0"
    admin.run("COMMIT")
    assert count(other) == "1"


def test_ddl_commits_the_open_transaction(admin: Client) -> None:
    admin.run("BEGIN")
    admin.run("INSERT INTO T VALUES (1)")
    admin.run("CREATE ROLE R")
    admin.run("ROLLBACK")
    assert count(admin) == "1"


def test_without_autocommit_dml_opens_a_transaction(admin: Client) -> None:
    admin.context.session.parameters["AUTOCOMMIT"] = "false"
    admin.run("INSERT INTO T VALUES (1)")
    admin.run("ROLLBACK")
    assert count(admin) == "0"
    admin.run("INSERT INTO T VALUES (1)")
    admin.run("COMMIT")
    admin.run("ROLLBACK")
    assert count(admin) == "1"


def test_wrong_name_leaves_the_transaction_open(admin: Client) -> None:
    admin.run("BEGIN")
    admin.run("INSERT INTO T VALUES (1)")
    assert admin.fails("SELECT NOPE FROM T").code == "000904"
    admin.run("COMMIT")
    assert count(admin) == "1"


def test_failing_statement_ends_the_transaction_and_commit_says_so(admin: Client) -> None:
    admin.run("BEGIN")
    admin.run("INSERT INTO T VALUES (1)")
    assert admin.fails("INSERT INTO T SELECT 'x'::INT").code == "100038"
    assert admin.fails("SELECT * FROM T").code == "090232"
    assert admin.fails("COMMIT").code == "090232"
    assert count(admin) == "0"


def test_commit_and_rollback_without_a_transaction_do_nothing(admin: Client) -> None:
    admin.run("COMMIT")
    admin.run("ROLLBACK")
    admin.run("BEGIN")
    admin.run("BEGIN")
    admin.run("INSERT INTO T VALUES (1)")
    admin.run("COMMIT WORK")
    assert count(admin) == "1"


def test_scripting_block_is_refused(admin: Client) -> None:
    assert admin.fails("BEGIN SELECT 1; END").code == "000002"


def start(client: Client, sql: str) -> tuple[threading.Thread, list[object]]:
    """Run a statement in a thread; its answer or error goes to the list."""
    found: list[object] = []
    answer = execute(client.context, sql)
    assert isinstance(answer, Deferred)

    def run() -> None:
        try:
            found.append(answer.run())
        except SnowflakeError as error:
            found.append(error)

    thread = threading.Thread(target=run)
    thread.start()
    return thread, found


def test_writer_waits_for_the_other_transaction(account: Account, admin: Client) -> None:
    admin.run("INSERT INTO T VALUES (1)")
    other = beside(account, admin)
    admin.run("BEGIN")
    admin.run("UPDATE T SET ID = ID + 1")
    thread, found = start(other, "UPDATE T SET ID = ID * 10")
    time.sleep(0.3)
    assert found == []
    admin.run("COMMIT")
    thread.join(10)
    assert not isinstance(found[0], Exception), found
    assert admin.run("SELECT ID FROM T").rows == [("20",)]


def test_inserts_do_not_wait_for_each_other(account: Account, admin: Client) -> None:
    other = beside(account, admin)
    admin.run("BEGIN")
    admin.run("INSERT INTO T VALUES (1)")
    other.run("INSERT INTO T VALUES (2)")
    admin.run("COMMIT")
    assert count(admin) == "2"


def test_waiting_writer_can_be_cancelled(account: Account, admin: Client) -> None:
    admin.run("INSERT INTO T VALUES (1)")
    other = beside(account, admin)
    admin.run("BEGIN")
    admin.run("UPDATE T SET ID = 2")
    answer = execute(other.context, "DELETE FROM T")
    assert isinstance(answer, Deferred)
    assert answer.cancel is not None
    threading.Timer(0.2, answer.cancel).start()
    with pytest.raises(SnowflakeError) as caught:
        answer.run()
    assert caught.value.code == "000604"
    admin.run("COMMIT")
    assert admin.run("SELECT ID FROM T").rows == [("2",)]


def test_long_query_can_be_cancelled(account: Account, admin: Client) -> None:
    admin.run("INSERT INTO T SELECT SEQ4() FROM TABLE(GENERATOR(ROWCOUNT => 100000))")
    answer = execute(admin.context, "SELECT COUNT(*) FROM T A, T B, T C WHERE A.ID + B.ID * C.ID = 7")
    assert isinstance(answer, Deferred)
    assert answer.cancel is not None
    threading.Timer(0.5, answer.cancel).start()
    with pytest.raises(SnowflakeError) as caught:
        answer.run()
    assert caught.value.code == "000604"
    assert count(admin) == "100000"


def test_table_altered_while_another_transaction_writes_it(account: Account, admin: Client) -> None:
    other = beside(account, admin)
    admin.run("BEGIN")
    admin.run("INSERT INTO T VALUES (1)")
    other.run("ALTER TABLE T ADD COLUMN A INT")
    thread, found = start(other, "SELECT COUNT(A) FROM T")
    time.sleep(0.2)
    admin.run("COMMIT")
    thread.join(10)
    assert not isinstance(found[0], Exception), found
    assert admin.run("SELECT ID, A FROM T").rows == [("1", None)]


def test_many_sessions_write_at_once(account: Account, admin: Client) -> None:
    clients = [beside(account, admin) for _ in range(8)]
    threads = [start(client, f"INSERT INTO T VALUES ({n})") for n, client in enumerate(clients)]  # noqa: S608
    threads += [start(client, f"UPDATE U SET ID = {n}") for n, client in enumerate(clients)]  # noqa: S608
    for thread, found in threads:
        thread.join(20)
        assert not isinstance(found[0], Exception), found
    assert count(admin) == "8"
